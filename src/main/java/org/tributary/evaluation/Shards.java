package org.tributary.evaluation;

import ai.djl.ndarray.NDManager;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * The rows of an evaluation, cut into the fewest shards of at most some rows, equal but for one
 * row, and these into batches. Both depend only on the rows, so sums that are added in their order
 * have the same bits on every cluster.
 *
 * @param sample the scored rows
 * @param most the most rows of a shard, at least 1
 * @param batch rows of a forward pass, at least 1
 */
public record Shards(EvenSample sample, int most, int batch) implements Serializable {
  /** The number of shards. */
  public int count() {
    return Math.toIntExact(((long) sample.chosen() + most - 1) / most);
  }

  /**
   * Scores the rows of a shard. Rows of similar length are next to each other, which needs little
   * padding.
   *
   * @param scoring of the model's task
   * @param given model and rows
   * @param shard its number, from 0
   * @param manager owns what the batches make
   * @param goesOn asked before each batch; it throws if the task must end
   * @param batches receives the scores of each batch, in order
   */
  public void score(
      Scoring<?> scoring,
      Scoring.Given given,
      int shard,
      NDManager manager,
      Runnable goesOn,
      Consumer<List<RowScore>> batches) {
    int[] order =
        IntStream.range(begin(shard), begin(shard + 1))
            .boxed()
            .sorted(Comparator.comparingInt(p -> given.rows().length(sample.row(p))))
            .mapToInt(Integer::intValue)
            .toArray();
    for (int i = 0; i < order.length; i += batch) {
      goesOn.run();
      int[] places = Arrays.copyOfRange(order, i, Math.min(order.length, i + batch));
      try (NDManager scratch = manager.newSubManager()) {
        batches.accept(scoring.score(given, scratch, places));
      }
    }
  }

  private int begin(int shard) {
    return Math.toIntExact((long) sample.chosen() * shard / count());
  }
}
