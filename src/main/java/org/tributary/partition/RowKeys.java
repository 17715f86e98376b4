package org.tributary.partition;

import java.util.List;

/**
 * What a partitioner may read of the rows, in canonical order.
 *
 * @param classes index of each row's label; all 0 where the set has no label
 * @param owners whose row it is, for {@code natural}; empty elsewhere
 */
public record RowKeys(int[] classes, List<String> owners) {

  /**
   * How many rows there are.
   *
   * @return at least 0
   */
  public int rows() {
    return classes.length;
  }

  /**
   * How many classes there are.
   *
   * @return the largest index and one
   */
  public int classCount() {
    int most = -1;
    for (int c : classes) {
      most = Math.max(most, c);
    }
    return most + 1;
  }
}
