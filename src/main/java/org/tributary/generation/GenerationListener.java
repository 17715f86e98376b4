package org.tributary.generation;

/** Receives the progress of a generation, in the driver. */
@FunctionalInterface
public interface GenerationListener {
  /** Ignores the progress. */
  GenerationListener NONE = (rows, of, tokens) -> {};

  /**
   * Reports rows that are written or in progress.
   *
   * @param rows number of rows so far, including those of earlier starts
   * @param of number of all rows
   * @param tokens written since this start
   */
  void written(long rows, long of, long tokens);
}
