package org.tributary.federation;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Neighbouring elements of a list that are processed together.
 *
 * @param from first
 * @param to one past the last
 */
record IndexRange(int from, int to) implements Serializable {
  /**
   * Cuts a list into spans of almost equal length.
   *
   * @param size of the list
   * @param most spans
   * @return spans in their order, none of them empty
   */
  static List<IndexRange> of(int size, int most) {
    int count = Math.min(size, most);
    List<IndexRange> spans = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      spans.add(
          new IndexRange((int) ((long) size * i / count), (int) ((long) size * (i + 1) / count)));
    }
    return spans;
  }
}
