package org.tributary.optim;

import java.util.Locale;

/** How GaLore computes the subspace of a gradient. */
public enum Projector {
  /** By the full singular value decomposition, as in the paper. */
  EXACT,
  /**
   * By a randomized range finder (Halko, Martinsson and Tropp 2011, algorithm 4.4) that starts from
   * the last basis, which improves the result with every update.
   */
  RANDOMIZED;

  /**
   * A projector by its name.
   *
   * @param name in lower case
   * @return the projector
   */
  public static Projector named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }
}
