package org.tributary.batch;

import java.util.function.Supplier;
import org.tributary.protocol.Seeds;

/**
 * The batches of one client's training in one round, in {@link BatchOrder}. Each use of a row is
 * seeded by {@code Seeds.of(seed, "use", pass, row)}, so its random changes depend on nothing else.
 */
public final class TrainingBatches implements Supplier<Batch> {
  private final Examples rows;
  private final BatchOrder order;
  private final int size;
  private final long seed;

  /**
   * Starts at the first batch.
   *
   * @param rows of the client
   * @param size rows of a batch
   * @param seed of this client and round
   */
  public TrainingBatches(Examples rows, int size, long seed) {
    this.rows = rows;
    this.size = size;
    this.seed = seed;
    order = new BatchOrder(rows.size(), seed);
  }

  /**
   * The rows of the first batches.
   *
   * @param client number of rows of the client
   * @param draws rows of all batches
   * @param seed of this client and round
   * @return row indices, each once, in ascending order
   */
  public static int[] drawn(int client, long draws, long seed) {
    return new BatchOrder(client, seed).distinct(draws);
  }

  @Override
  public Batch get() {
    int[] indices = new int[size];
    long[] seeds = new long[size];
    for (int i = 0; i < size; i++) {
      indices[i] = order.next(1)[0];
      seeds[i] = Seeds.of(seed, "use", order.pass(), indices[i]);
    }
    return rows.trainingBatch(indices, seeds);
  }
}
