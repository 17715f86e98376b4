package org.tributary.partition;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.tributary.partition.RawSet.Key;

/**
 * Maps the rows of a set, by their identity, to files. It is small enough to broadcast: about 50
 * bytes per distinct row.
 */
final class FileAssignment implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int HASH = 32;

  private final byte[] hashes;
  private final int[] starts;
  private final int[] targets;
  private final int[] times;

  private FileAssignment(byte[] hashes, int[] starts, int[] targets, int[] times) {
    this.hashes = hashes;
    this.starts = starts;
    this.targets = targets;
    this.times = times;
  }

  /** A file and the number of copies of a row in it. */
  record Copies(int target, int times) {}

  /**
   * Creates the assignment of a set of which some rows are left out.
   *
   * @param all its rows as they were read, those that are kept in canonical order
   * @param kept the rows that are not left out, in the same order
   * @param keptTarget the file of each kept row, or {@link FilePlan#NOWHERE}
   */
  static FileAssignment of(List<Key> all, List<Key> kept, int[] keptTarget) {
    int[] target = new int[all.size()];
    int next = 0;
    for (int i = 0; i < target.length; i++) {
      boolean isKept = next < kept.size() && kept.get(next) == all.get(i);
      target[i] = isKept ? keptTarget[next++] : FilePlan.NOWHERE;
    }
    return of(all, target);
  }

  /**
   * Creates the assignment of a set.
   *
   * @param given its rows, with equal rows next to each other
   * @param givenTarget each row's file, or {@link FilePlan#NOWHERE}
   */
  static FileAssignment of(List<Key> given, int[] givenTarget) {
    // Sorts rows by identity for the lookup, whatever the order of the deal is.
    Integer[] order = IntStream.range(0, givenTarget.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, (a, b) -> Arrays.compareUnsigned(given.get(a).hash(), given.get(b).hash()));
    List<Key> keys = Arrays.stream(order).map(given::get).toList();
    int[] target = Arrays.stream(order).mapToInt(i -> givenTarget[i]).toArray();
    byte[] hashes = new byte[keys.size() * HASH];
    int[] starts = new int[keys.size() + 1];
    int[] targets = new int[keys.size()];
    int[] times = new int[keys.size()];
    int distinct = 0;
    int entries = 0;
    for (int from = 0, to; from < target.length; from = to) {
      to = from + 1;
      while (to < target.length && keys.get(to).sameRow(keys.get(from))) {
        to++;
      }
      System.arraycopy(keys.get(from).hash(), 0, hashes, distinct * HASH, HASH);
      starts[distinct++] = entries;
      int[] run = Arrays.copyOfRange(target, from, to);
      Arrays.sort(run);
      for (int i = 0; i < run.length; i++) {
        if (i > 0 && run[i] == run[i - 1]) {
          times[entries - 1]++;
        } else {
          targets[entries] = run[i];
          times[entries++] = 1;
        }
      }
    }
    starts[distinct] = entries;
    return new FileAssignment(
        Arrays.copyOf(hashes, distinct * HASH),
        Arrays.copyOf(starts, distinct + 1),
        Arrays.copyOf(targets, entries),
        Arrays.copyOf(times, entries));
  }

  /**
   * The files of a row.
   *
   * @param hash the identity of the row
   * @return the files; empty if the row is in no file or is unknown
   */
  List<Copies> of(byte[] hash) {
    int row = find(hash);
    return row < 0 ? List.of() : copies(row);
  }

  /** Whether the set has a row of this identity. */
  boolean knows(byte[] hash) {
    return find(hash) >= 0;
  }

  private int find(byte[] hash) {
    int low = 0;
    int high = starts.length - 2;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      int at = middle * HASH;
      int order = Arrays.compareUnsigned(hashes, at, at + HASH, hash, 0, HASH);
      if (order == 0) {
        return middle;
      } else if (order < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  private List<Copies> copies(int row) {
    List<Copies> copies = new ArrayList<>();
    for (int i = starts[row]; i < starts[row + 1]; i++) {
      if (targets[i] != FilePlan.NOWHERE) {
        copies.add(new Copies(targets[i], times[i]));
      }
    }
    return copies;
  }
}
