package org.tributary.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The plan that maps each row of a set to a file. It has the list of files and, for each set, the
 * file of each row.
 */
final class FilePlan {
  /** The value for a row that is in no file. */
  static final int NOWHERE = -1;

  private final List<Target> targets = new ArrayList<>();

  /**
   * One file to write.
   *
   * @param client its id, or null for the global test
   * @param part train, validation or test
   * @param labels number of rows by label
   */
  record Target(String client, String part, SortedMap<String, Long> labels) {

    /** The path relative to the set's folder. */
    String file() {
      String folder = client == null ? part : "client=" + client + "/" + part;
      return folder + "/part-00000.parquet";
    }
  }

  /** The files, by index. Files without rows are not written. */
  List<Target> targets() {
    return targets;
  }

  int add(String client, String part) {
    targets.add(new Target(client, part, new TreeMap<>()));
    return targets.size() - 1;
  }

  /** Adds the rows of a set to their files and counts them. */
  void count(List<RawSet.Key> keys, int[] target, long[] rows) {
    for (int i = 0; i < target.length; i++) {
      if (target[i] != NOWHERE) {
        rows[target[i]]++;
        if (keys.get(i).label() != null) {
          targets.get(target[i]).labels().merge(keys.get(i).label(), 1L, Long::sum);
        }
      }
    }
  }
}
