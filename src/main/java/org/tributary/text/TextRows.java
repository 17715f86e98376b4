package org.tributary.text;

import org.tributary.batch.TextBatch;

/** The rows of a part as text, which a model's tokenizer turns into batches. */
public interface TextRows {
  /**
   * The number of rows.
   *
   * @return at least one
   */
  int size();

  /**
   * How long a row is.
   *
   * @param row its index
   * @return characters
   */
  int characters(int row);

  /**
   * A batch of some rows.
   *
   * @param rows indices
   * @param tokens how text becomes ids
   * @param padId what fills up short rows
   * @return [rows, longest]
   */
  TextBatch batch(int[] rows, Tokens tokens, long padId);
}
