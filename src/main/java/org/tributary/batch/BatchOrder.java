package org.tributary.batch;

import java.util.BitSet;
import java.util.SplittableRandom;
import org.tributary.protocol.Seeds;

/**
 * The order in which local training reads a client's rows. Passes 0, 1, 2, ... follow each other
 * without end. Each pass is a permutation of all rows, and a batch may continue across two passes.
 * Pass k is the Fisher-Yates shuffle of 0..n-1 (from the last place down) by {@code
 * SplittableRandom} seeded with {@code Seeds.of(seed, "pass", k)}. It depends on nothing else.
 */
public final class BatchOrder {
  private final int rows;
  private final long seed;
  private long pass = -1;
  private int[] order = {};
  private int position;

  /**
   * Starts the order at its beginning.
   *
   * @param rows number of rows, at least one
   * @param seed of this client and round
   */
  public BatchOrder(int rows, long seed) {
    if (rows < 1) {
      throw new IllegalArgumentException("no rows to put in order");
    }
    this.rows = rows;
    this.seed = seed;
  }

  /**
   * The rows of the next batch.
   *
   * @param size rows of a batch; may exceed the number of rows
   * @return row indices, 0 to n-1
   */
  public int[] next(int size) {
    int[] batch = new int[size];
    for (int i = 0; i < size; i++) {
      if (position == order.length) {
        order = permutation(rows, Seeds.of(seed, "pass", ++pass));
        position = 0;
      }
      batch[i] = order[position++];
    }
    return batch;
  }

  /**
   * The rows of the next batches, each once.
   *
   * @param draws how many rows will be taken
   * @return row indices in ascending order
   */
  int[] distinct(long draws) {
    BitSet seen = new BitSet(rows);
    for (long i = 0; i < draws && seen.cardinality() < rows; i++) {
      seen.set(next(1)[0]);
    }
    return seen.stream().toArray();
  }

  /**
   * The pass of the last row.
   *
   * @return counted from 0
   */
  public long pass() {
    return pass;
  }

  /**
   * A seeded permutation.
   *
   * @param n number of elements
   * @param seed of this permutation
   * @return 0..n-1 in another order
   */
  public static int[] permutation(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] order = new int[n];
    for (int i = 0; i < n; i++) {
      order[i] = i;
    }
    for (int i = n - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int kept = order[i];
      order[i] = order[j];
      order[j] = kept;
    }
    return order;
  }
}
