package org.tributary.partition;

import java.util.List;

/**
 * The keys of the rows that a partitioner may read, in canonical order.
 *
 * @param classes index of each row's label; all 0 if the set has no label
 * @param owners the owner of each row, for {@code natural}; else empty
 */
public record RowKeys(int[] classes, List<String> owners) {

  /**
   * The number of rows.
   *
   * @return at least 0
   */
  public int rows() {
    return classes.length;
  }

  /**
   * The number of classes.
   *
   * @return the largest index plus one
   */
  public int classCount() {
    int most = -1;
    for (int c : classes) {
      most = Math.max(most, c);
    }
    return most + 1;
  }
}
