package org.tributary.data;

/**
 * One row of text classification, ready for a model.
 *
 * @param ids token ids with special tokens, not padded
 * @param label index into the declared labels
 */
public record Example(long[] ids, int label) {}
