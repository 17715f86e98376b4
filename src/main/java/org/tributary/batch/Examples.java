package org.tributary.batch;

/** The rows of a part. They become batches when training or evaluation asks for them. */
public interface Examples {
  /**
   * The number of rows.
   *
   * @return at least one
   */
  int size();

  /**
   * The approximate length of a row. Rows of similar length make batches with little padding.
   *
   * @param row index of the row
   * @return number of characters; 0 if all rows have the same size
   */
  int length(int row);

  /**
   * A batch of some rows.
   *
   * @param rows indices
   * @return in that order
   */
  Batch batch(int[] rows);

  /**
   * A training batch, whose rows may be changed at random.
   *
   * @param rows indices, as {@link BatchOrder} gives them
   * @param seeds of this use of each row
   * @return in any order
   */
  default Batch trainingBatch(int[] rows, long[] seeds) {
    return batch(rows);
  }
}
