package org.tributary.batch;

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
   * @return characters; 0 where all rows are alike
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
   * A batch to train on, whose rows may be changed at random.
   *
   * @param rows indices, as {@link BatchOrder} gives them
   * @param seeds of this use of each row
   * @return in that order
   */
  default Batch trainingBatch(int[] rows, long[] seeds) {
    return batch(rows);
  }
}
