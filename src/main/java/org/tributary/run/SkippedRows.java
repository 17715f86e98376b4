package org.tributary.run;

import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.checkpoint.Store;
import org.tributary.rows.Manifest;

/**
 * The rows that a run skips because of {@code data.badRows: skip}. They are found before the first
 * round and written once, so that every task and every later start skips the same rows.
 *
 * @param rows their number
 * @param files places of the rows in their file, counted from 0, by the file's name in the manifest
 * @param named the reasons why the first of them cannot be used
 */
public record SkippedRows(long rows, SortedMap<String, List<Integer>> files, List<String> named) {
  /** No row is left out. */
  public static final SkippedRows NONE = new SkippedRows(0, new TreeMap<>(), List.of());

  /**
   * The rows that a run leaves out.
   *
   * @return none if the run's folder has no such file
   */
  public static SkippedRows read(Store store, RunFolder folder) throws IOException {
    return store.exists(folder.skipped())
        ? JsonFiles.read(store, folder.skipped(), SkippedRows.class)
        : NONE;
  }

  /** Copies. */
  public SkippedRows {
    files = new TreeMap<>(files);
    named = List.copyOf(named);
  }

  /** The places of the skipped rows of a file. */
  BitSet of(Manifest.Part part) {
    BitSet places = new BitSet();
    files.getOrDefault(part.file(), List.of()).forEach(places::set);
    return places;
  }

  /** The number of skipped rows of some files. */
  public long count(List<Manifest.Part> parts) {
    return parts.stream().mapToLong(p -> files.getOrDefault(p.file(), List.of()).size()).sum();
  }
}
