package org.tributary.protocol;

/**
 * What happens to a tensor in a round. A role is its answers to four questions, and a round asks
 * the questions: does a client train it, does a client receive it, does a client send it, and who
 * keeps it from round to round?
 */
public enum Role {
  /** Clients train it and send it; a merge writes it and it goes down again. */
  TRAVELS(true, true, true, Keeper.SERVER),
  /** A client trains it and keeps it: it is part of that client's personal model. */
  STAYS(true, false, false, Keeper.CLIENT),
  /** A client initializes it in every round, trains it and sends it; a merge reads it. */
  FRESH(true, false, true, Keeper.NOBODY),
  /** It is the same for all clients and does not change in this round: it goes down once. */
  FIXED(false, true, false, Keeper.SERVER),
  /** A merge writes it and clients are given it; they do not train it. */
  GIVEN(false, true, false, Keeper.SERVER),
  /** A merge reads and writes it, such as the moments of a server optimizer; no client sees it. */
  MEMORY(false, false, false, Keeper.SERVER),
  /** A client keeps it and does not train it, such as a control variate. */
  OWN(false, false, false, Keeper.CLIENT),
  /**
   * A client works it out after its last step and sends it; a merge reads it, and it is not kept.
   */
  SENT(false, false, true, Keeper.NOBODY);

  /** Who keeps a tensor from one round to the next. */
  public enum Keeper {
    /** It is part of the global state. */
    SERVER,
    /** It is part of the client's own state. */
    CLIENT,
    /** It lives for one round. */
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
   * @return true if optimizer steps change it
   */
  public boolean isTrained() {
    return trained;
  }

  /**
   * Whether a client is given it by the server.
   *
   * @return true if its bytes go down, at least once
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
   * @return the server, each client its own, or nobody
   */
  public Keeper keeper() {
    return keeper;
  }

  /**
   * Whether a merge may write it.
   *
   * @return true for what the server keeps, unless it is fixed
   */
  public boolean isMerged() {
    return keeper == Keeper.SERVER && this != FIXED;
  }

  /**
   * Whether it makes each client's model another one.
   *
   * @return true for what a client both trains and keeps
   */
  public boolean isPersonal() {
    return trained && keeper == Keeper.CLIENT;
  }

  /**
   * Whether a client trains something that no round before has left.
   *
   * @return true for what is trained and kept by nobody
   */
  public boolean isFresh() {
    return trained && keeper == Keeper.NOBODY;
  }
}
