package org.tributary.optim;

import java.util.Locale;

/** How GaLore finds the subspace of a gradient. */
public enum Projector {
  /** By the whole singular value decomposition, as the authors do. */
  EXACT,
  /**
   * By a randomised range finder (Halko, Martinsson and Tropp 2011, algorithm 4.4) that starts from
   * the last basis, and so gains from every renewal before.
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
