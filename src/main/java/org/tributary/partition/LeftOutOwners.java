package org.tributary.partition;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tributary.partition.RawSet.Key;

/**
 * The owners of the training set that did not become clients.
 *
 * @param duplicates the treatment of duplicates, for the reason
 */
record LeftOutOwners(String duplicates) {
  /**
   * Finds the reason for each of them.
   *
   * @param owners owners of the remaining rows
   * @param train all rows of the training set
   * @param kept the remaining rows, by set
   * @return the reason, by owner
   */
  SortedMap<String, String> of(Owners owners, RawSet.Keys train, Map<String, List<Key>> kept) {
    SortedMap<String, String> leftOut = new TreeMap<>();
    train.ownersOfBroken().forEach(owner -> leftOut.put(owner, "has broken images alone"));
    train
        .rows()
        .forEach(
            row -> {
              if (row.owner() != null) {
                leftOut.put(
                    row.owner(),
                    "has only duplicates of held-out rows (duplicates: " + duplicates + ")");
              }
            });
    kept.get("train").forEach(row -> leftOut.remove(String.valueOf(row.owner())));
    leftOut.putAll(owners.reasons());
    return leftOut;
  }
}
