package org.tributary.partition;

import java.util.ArrayList;
import java.util.List;

/**
 * Keeps some of many rows, evenly spread: every row, then every second one, every fourth one and so
 * on. The number of all rows need not be known.
 *
 * @param <T> a row
 */
final class EvenRows<T> {
  private final int most;
  private final List<T> kept = new ArrayList<>();
  private long step = 1;
  private long seen;

  /**
   * Starts without rows.
   *
   * @param most rows to keep, at least 1
   */
  EvenRows(int most) {
    this.most = most;
  }

  /** The next row. */
  void add(T row) {
    if (seen++ % step != 0) {
      return;
    }
    if (kept.size() == 2 * most) {
      for (int i = 0; i < most; i++) {
        kept.set(i, kept.get(2 * i));
      }
      kept.subList(most, kept.size()).clear();
      step *= 2;
      if ((seen - 1) % step != 0) {
        return;
      }
    }
    kept.add(row);
  }

  /**
   * The rows that are kept, in their order.
   *
   * @return fewer than twice as many as asked for, or exactly that many
   */
  List<T> kept() {
    return List.copyOf(kept);
  }
}
