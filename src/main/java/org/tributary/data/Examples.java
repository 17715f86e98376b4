package org.tributary.data;

/** The rows of a part, which become batches when training or evaluation asks for them. */
public interface Examples {
  /**
   * The number of rows.
   *
   * @return at least one
   */
  int size();

  /**
   * How long a row is, roughly: rows of like length make batches with little padding.
   *
   * @param row its index
   * @return characters
   */
  int characters(int row);

  /**
   * A batch of some rows.
   *
   * @param rows indices, as {@link BatchOrder} gives them
   * @param tokens how text becomes ids
   * @param padId what fills up short rows
   * @return [rows, longest]
   */
  Batch batch(int[] rows, Tokens tokens, long padId);
}
