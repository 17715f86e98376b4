package org.tributary.batch;

/** The batch of one step. */
public sealed interface Batch permits TextBatch, ImageBatch {
  /** The label of what does not count. */
  long IGNORED = -100;

  /**
   * How many rows.
   *
   * @return B
   */
  int rows();

  /**
   * The labels to learn.
   *
   * @return the class of each row, [B]; of language models one label for each id, [B, T]
   */
  long[] labels();

  /**
   * How much counts in the loss.
   *
   * @return the weight of the batch's mean loss
   */
  long targets();

  /**
   * How many tokens are real.
   *
   * @return without padding; 0 for images, of which rows are counted alone
   */
  long tokens();

  /**
   * How many rows were cut to the longest length.
   *
   * @return 0 for images
   */
  int truncated();
}
