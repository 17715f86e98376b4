package org.tributary.batch;

/**
 * One row of text classification, ready for a model.
 *
 * @param ids token ids with special tokens, not padded
 * @param typeIds 0 for the tokens of the first text, 1 for those of the second
 * @param label index into the declared labels
 * @param truncated whether the text was longer than the longest length and was cut
 */
public record Example(long[] ids, long[] typeIds, int label, boolean truncated) {
  /**
   * A row of one text.
   *
   * @param ids as above
   * @param label as above
   * @param truncated as above
   */
  public Example(long[] ids, int label, boolean truncated) {
    this(ids, new long[ids.length], label, truncated);
  }
}
