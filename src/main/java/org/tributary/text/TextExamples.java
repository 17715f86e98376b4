package org.tributary.text;

import org.tributary.batch.Examples;
import org.tributary.batch.TextBatch;

/**
 * Rows of text with the tokenizer of their model.
 *
 * @param rows the text
 * @param tokens the tokenizer
 * @param padId id of the padding
 * @param typed whether the model tells the texts of a pair apart by the types of their tokens
 */
public record TextExamples(TextRows rows, Tokenizer tokens, long padId, boolean typed)
    implements Examples {
  /**
   * Rows for a model with token types.
   *
   * @param rows as above
   * @param tokens as above
   * @param padId as above
   */
  public TextExamples(TextRows rows, Tokenizer tokens, long padId) {
    this(rows, tokens, padId, true);
  }

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
    TextBatch batch = rows.batch(indices, tokens, padId);
    return typed ? batch : batch.withoutTypes();
  }

  /** In the order of the rows' lengths: a step takes the mean over its rows, in any order. */
  @Override
  public TextBatch trainingBatch(int[] indices, long[] seeds) {
    return batch(indices).byLength();
  }
}
