package org.tributary.text;

import org.tributary.batch.Examples;
import org.tributary.batch.TextBatch;

/**
 * Rows of text with the tokenizer of their model.
 *
 * @param rows the text
 * @param tokens the tokenizer
 * @param padId id of the padding
 */
public record TextExamples(TextRows rows, Tokenizer tokens, long padId) implements Examples {
  @Override
  public int size() {
    return rows.size();
  }

  @Override
  public int length(int row) {
    return rows.characters(row);
  }

  @Override
  public TextBatch batch(int[] indices) {
    return rows.batch(indices, tokens, padId);
  }

  /** In the order of the rows' lengths: a step takes the mean over its rows, in any order. */
  @Override
  public TextBatch trainingBatch(int[] indices, long[] seeds) {
    return batch(indices).byLength();
  }
}
