package org.tributary.text;

import org.tributary.batch.TextBatch;

/** The rows of a part as text. A model's tokenizer turns them into batches. */
public interface TextRows {
  /**
   * The number of rows.
   *
   * @return at least one
   */
  int size();

  /**
   * The length of a row.
   *
   * @param row its index
   * @return number of characters
   */
  int characters(int row);

  /**
   * A batch of some rows.
   *
   * @param rows indices
   * @param tokens the tokenizer
   * @param padId id of the padding
   * @return [rows, longest]
   */
  TextBatch batch(int[] rows, Tokenizer tokens, long padId);
}
