package org.tributary.ml;

import ai.djl.ndarray.NDManager;
import java.io.Serializable;
import java.util.List;
import org.apache.spark.sql.Row;

/**
 * How a model scores rows: what it reads of a row, and the values that it adds. A row's values
 * depend only on the row, not on the others of its batch, except for rounding.
 *
 * @param <T> what the model reads of a row
 */
interface RowScorer<T> extends Serializable {
  /**
   * What the model reads of a row.
   *
   * @param row of the DataFrame
   * @return null if the row has nothing to score; then its new columns are null
   */
  T input(Row row);

  /**
   * Scores a batch.
   *
   * @param loaded the model
   * @param scratch owns the intermediate arrays
   * @param inputs at least one, none of them null
   * @return for each input the values of the new columns; null for one that has none
   */
  List<Object[]> score(LoadedModel loaded, NDManager scratch, List<T> inputs);
}
