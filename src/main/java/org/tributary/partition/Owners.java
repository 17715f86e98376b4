package org.tributary.partition;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tributary.error.WrongInput;
import org.tributary.partition.RawSet.Key;

/**
 * The owners that a column names, for {@code natural}. Each owner keeps the rows that it needs for
 * training. An owner with fewer rows is left out completely and named. With the other partitioners
 * rows have no owner, and no row is left out.
 */
final class Owners {
  private final int least;
  private final Map<String, Integer> rows = new HashMap<>();
  private final SortedMap<String, Integer> leftOut = new TreeMap<>();

  /**
   * Counts the owners' rows.
   *
   * @param train all rows that may be used for training
   * @param least least number of rows of an owner
   * @throws WrongInput if every owner has fewer rows
   */
  Owners(List<Key> train, int least) {
    this.least = least;
    train.stream()
        .map(Key::owner)
        .filter(owner -> owner != null)
        .forEach(owner -> rows.merge(owner, 1, Integer::sum));
    rows.forEach(
        (owner, count) -> {
          if (count < least) {
            leftOut.put(owner, count);
          }
        });
    if (!rows.isEmpty() && leftOut.size() == rows.size()) {
      throw new WrongInput(
          "partitioner.minRows: each of the %d owners has fewer than the %d rows that one needs; lower it, or give them more rows"
              .formatted(rows.size(), least));
    }
    rows.keySet().removeAll(leftOut.keySet());
  }

  /** Whether a row belongs to an owner that is left out. */
  boolean isLeftOut(Key row) {
    return row.owner() != null && leftOut.containsKey(row.owner());
  }

  /**
   * Takes rows from their owners if all of them keep enough.
   *
   * @param taken rows of owners that are not left out
   * @return whether the rows were taken
   */
  boolean give(List<Key> taken) {
    Map<String, Integer> left = new HashMap<>();
    for (Key row : taken) {
      if (row.owner() != null) {
        left.merge(row.owner(), rows.get(row.owner()) - 1, (kept, one) -> kept - 1);
      }
    }
    if (left.values().stream().anyMatch(kept -> kept < least)) {
      return false;
    }
    rows.putAll(left);
    return true;
  }

  /** The reasons why owners are left out, by their names. */
  SortedMap<String, String> reasons() {
    SortedMap<String, String> reasons = new TreeMap<>();
    leftOut.forEach(
        (owner, count) ->
            reasons.put(
                owner,
                "has %d rows, %d are needed (partitioner.minRows, and the validation share)"
                    .formatted(count, least)));
    return reasons;
  }
}
