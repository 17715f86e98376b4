package org.tributary.protocol;

/**
 * What happens to a tensor in a round. A role answers four questions: does a client train the
 * tensor, does a client receive it, does a client send it, and who keeps it from round to round?
 */
public enum Role {
  /** Clients train it and send it; a merge writes it, and clients receive it again. */
  TRAVELS(true, true, true, Keeper.SERVER),
  /** A client trains it and keeps it: it is part of that client's personal model. */
  STAYS(true, false, false, Keeper.CLIENT),
  /** A client initializes it in every round, trains it and sends it; a merge reads it. */
  FRESH(true, false, true, Keeper.NOBODY),
  /** It is the same for all clients and does not change in this round; clients receive it once. */
  FIXED(false, true, false, Keeper.SERVER),
  /** A merge writes it and clients receive it; they do not train it. */
  GIVEN(false, true, false, Keeper.SERVER),
  /**
   * A merge reads and writes it, such as the moments of a server optimizer; clients do not receive
   * it.
   */
  MEMORY(false, false, false, Keeper.SERVER),
  /** A client keeps it and does not train it, such as a control variate. */
  OWN(false, false, false, Keeper.CLIENT),
  /**
   * A client computes it after its last step and sends it; a merge reads it, and it is not kept.
   */
  SENT(false, false, true, Keeper.NOBODY);

  /** Who keeps a tensor from one round to the next. */
  public enum Keeper {
    /** It is part of the global state. */
    SERVER,
    /** It is part of the client's own state. */
    CLIENT,
    /** Nobody: it exists for one round. */
    NOBODY
  }

  private final boolean trained;
  private final boolean down;
  private final boolean up;
  private final Keeper keeper;

  Role(boolean trained, boolean down, boolean up, Keeper keeper) {
    this.trained = trained;
    this.down = down;
    this.up = up;
    this.keeper = keeper;
  }

  /**
   * Whether a client trains it.
   *
   * @return true if the optimizer changes it
   */
  public boolean isTrained() {
    return trained;
  }

  /**
   * Whether a client receives it from the server.
   *
   * @return true if it is sent down at least once
   */
  public boolean goesDown() {
    return down;
  }

  /**
   * Whether a client sends it.
   *
   * @return true if it is part of every update
   */
  public boolean goesUp() {
    return up;
  }

  /**
   * Who keeps it from round to round.
   *
   * @return the server, each client, or nobody
   */
  public Keeper keeper() {
    return keeper;
  }

  /**
   * Whether a merge may write it.
   *
   * @return true if the server keeps it, unless it is fixed
   */
  public boolean isMerged() {
    return keeper == Keeper.SERVER && this != FIXED;
  }

  /**
   * Whether it makes the models of clients different.
   *
   * @return true if a client trains it and keeps it
   */
  public boolean isPersonal() {
    return trained && keeper == Keeper.CLIENT;
  }

  /**
   * Whether a client trains it from a new start in every round.
   *
   * @return true if it is trained and nobody keeps it
   */
  public boolean isFresh() {
    return trained && keeper == Keeper.NOBODY;
  }
}
