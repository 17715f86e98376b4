package org.tributary.generation;

/** Receives the progress of a generation, in the driver. */
@FunctionalInterface
public interface GenerationListener {
  /** Hears nothing. */
  GenerationListener NONE = (rows, of, tokens) -> {};

  /**
   * Rows are written, or on their way.
   *
   * @param rows so far, those of earlier starts among them
   * @param of all rows
   * @param tokens written since this start
   */
  void written(long rows, long of, long tokens);
}
