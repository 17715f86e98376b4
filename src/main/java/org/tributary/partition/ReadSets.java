package org.tributary.partition;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.tributary.partition.RawSet.Key;

/**
 * The raw sets of a partitioning after their first read.
 *
 * @param raw the sources, by set
 * @param found the keys of their rows, by set
 */
record ReadSets(Map<String, RawSet> raw, Map<String, RawSet.Keys> found) {

  /** Reads all sets. */
  @FunctionalInterface
  interface Reader {
    /** The sets, after all their rows are read. */
    ReadSets get() throws IOException;
  }

  /** Reads them at the first call. Later calls return the same. */
  static final class Once implements Reader {
    private final Reader first;
    private ReadSets sets;

    Once(Reader first) {
      this.first = first;
    }

    @Override
    public ReadSets get() throws IOException {
      if (sets == null) {
        sets = first.get();
      }
      return sets;
    }
  }

  /** The keys of the rows, by set, in canonical order. */
  Map<String, List<Key>> rows() {
    Map<String, List<Key>> rows = new LinkedHashMap<>();
    found.forEach((set, keys) -> rows.put(set, keys.rows()));
    return rows;
  }
}
