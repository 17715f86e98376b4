package org.tributary.partition;

import java.util.List;

/**
 * What a partitioner may know of the rows, in canonical order.
 *
 * @param classes index of each row's label; all 0 where the set has no label
 * @param owners whose row it is, for {@code natural}; empty elsewhere
 */
record RowKeys(int[] classes, List<String> owners) {

  int rows() {
    return classes.length;
  }

  int classCount() {
    int most = -1;
    for (int c : classes) {
      most = Math.max(most, c);
    }
    return most + 1;
  }
}
