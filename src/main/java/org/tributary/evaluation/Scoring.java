package org.tributary.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.SortedMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.tributary.batch.Examples;
import org.tributary.executor.LoadedRun;
import org.tributary.run.Blueprint;

/**
 * How the rows of an evaluation are scored: batches give sums, sums are added in the order of the
 * rows, and all sums together give scores.
 *
 * @param <S> sums, a record that travels as JSON
 */
interface Scoring<S extends Record> {
  /**
   * What all batches of a task are scored with.
   *
   * @param run the model and its tokenizer
   * @param weights what trains, as the round left it
   * @param rows of the evaluation, this task's and the others'
   * @param sample which of them are chosen
   */
  record Given(LoadedRun run, List<NDArray> weights, Examples rows, EvenSample sample) {}

  /** The sums of no rows. */
  S none();

  /** The type of the sums. */
  Class<S> type();

  /** The sums of the rows at some places, in an executor. */
  S score(Given given, NDManager scratch, int[] places);

  /** Both together. */
  S plus(S one, S other);

  /** The scores of all rows, in the driver: columns of the table {@code evals}. */
  SortedMap<String, Double> scores(JavaSparkContext spark, S all);

  /** The scoring for a run's task. */
  static Scoring<?> of(Blueprint blueprint) {
    return switch (blueprint.architecture().task()) {
      case CLASSIFICATION -> new ClassificationScoring(blueprint.labels().size());
      case GENERATION -> new GenerationScoring(blueprint.config().evaluate());
    };
  }
}
