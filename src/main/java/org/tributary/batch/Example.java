package org.tributary.batch;

/**
 * One row of text classification, ready for a model.
 *
 * @param ids token ids with special tokens, not padded
 * @param label index into the declared labels
 * @param truncated whether the text was longer than the longest length and was cut
 */
public record Example(long[] ids, int label, boolean truncated) {}
