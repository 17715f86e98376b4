package org.tributary.batch;

/** The batch of one step. */
public sealed interface Batch permits TextBatch, ImageBatch {
  /** The label of positions that do not count in the loss. */
  long IGNORED = -100;

  /**
   * The number of rows.
   *
   * @return B
   */
  int rows();

  /**
   * The labels to learn.
   *
   * @return the class of each row, [B]; for language models one label per id, [B, T]
   */
  long[] labels();

  /**
   * The number of labels that count in the loss.
   *
   * @return the weight of the batch's mean loss
   */
  long targets();

  /**
   * The number of real tokens.
   *
   * @return the number without padding; 0 for images
   */
  long tokens();

  /**
   * The number of rows that were cut to the longest length.
   *
   * @return the number; 0 for images
   */
  int truncated();
}
