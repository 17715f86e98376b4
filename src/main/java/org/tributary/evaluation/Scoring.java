package org.tributary.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.SortedMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.tributary.batch.Examples;
import org.tributary.executor.LoadedRun;
import org.tributary.run.Blueprint;
import org.tributary.run.RowOwners;

/**
 * Defines how the rows of an evaluation are scored. Each batch gives sums. The sums are added in
 * the order of the rows, and the total gives the scores.
 *
 * @param <S> sums, a record that is sent as JSON
 */
interface Scoring<S extends Record> {
  /**
   * What a task needs to score its batches.
   *
   * @param run the model and its tokenizer
   * @param weights the trained weights at the end of the round
   * @param rows all rows of the evaluation, including those of other tasks
   * @param sample the chosen rows
   * @param owners the clients that own the rows; none if the model is a client's own
   */
  record Given(
      LoadedRun run, List<NDArray> weights, Examples rows, EvenSample sample, RowOwners owners) {}

  /** The sums of no rows. */
  S none();

  /** The type of the sums. */
  Class<S> type();

  /** The sums of the rows at some places, in an executor. */
  S score(Given given, NDManager scratch, int[] places);

  /** Adds two sums. */
  S plus(S one, S other);

  /** The scores of all rows, in the driver: columns of the table {@code evals}. */
  SortedMap<String, Double> scores(JavaSparkContext spark, S all);

  /** What the scores of all rows were computed from. */
  Evaluation.Details details(S all);

  /** The scoring for a run's task. */
  static Scoring<?> of(Blueprint blueprint) {
    return switch (blueprint.architecture().task()) {
      case CLASSIFICATION -> new ClassificationScoring(blueprint.labels().size());
      case GENERATION -> new GenerationScoring(blueprint.config().evaluate());
    };
  }
}
