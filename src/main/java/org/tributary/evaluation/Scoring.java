package org.tributary.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.SortedMap;
import org.apache.spark.api.java.JavaSparkContext;
import org.tributary.batch.Batch;
import org.tributary.batch.Examples;
import org.tributary.model.Model;
import org.tributary.model.ModelTask;
import org.tributary.run.RowOwners;
import org.tributary.text.Tokenizer;

/**
 * Defines how the rows of an evaluation are scored. The scores of a batch's rows give sums. The
 * sums are added in the order of the batches, and the total gives the scores.
 *
 * @param <S> sums, a record that is sent as JSON
 */
public interface Scoring<S extends Record> {
  /**
   * What a task needs to score its batches.
   *
   * @param model the program with its weights
   * @param tokens its tokenizer; null for images
   * @param weights further weights, which are passed with every call
   * @param rows all rows of the evaluation, including those of other tasks
   * @param sample the chosen rows
   */
  record Given(
      Model model, Tokenizer tokens, List<NDArray> weights, Examples rows, EvenSample sample) {
    /** Whether each of some rows is cut; a batch only has the number. */
    boolean[] truncated(int[] indices, Batch batch) {
      boolean[] cut = new boolean[indices.length];
      boolean same = batch.truncated() == 0 || batch.truncated() == indices.length;
      for (int i = 0; i < cut.length; i++) {
        cut[i] = same ? batch.truncated() > 0 : rows.batch(new int[] {indices[i]}).truncated() > 0;
      }
      return cut;
    }
  }

  /** The sums of no rows. */
  S none();

  /** The type of the sums. */
  Class<S> type();

  /** The scores of the rows at some places, in an executor; one for each place, in order. */
  List<RowScore> score(Given given, NDManager scratch, int[] places);

  /**
   * The sums of a batch.
   *
   * @param batch the scores of its rows
   * @param owners the clients that own the rows; none if the model is a client's own
   */
  S sums(List<RowScore> batch, RowOwners owners);

  /** Adds two sums. */
  S plus(S one, S other);

  /** The scores of all rows, in the driver: columns of the table {@code evals}. */
  SortedMap<String, Double> scores(JavaSparkContext spark, S all);

  /** What the scores of all rows were computed from. */
  Evaluation.Details details(S all);

  /**
   * The scoring for a model's task.
   *
   * @param task of the model
   * @param classes number of classes; 0 for language models
   * @param generate rows for which a language model generates an answer
   * @param newTokens the most tokens of such an answer
   */
  static Scoring<?> of(ModelTask task, int classes, int generate, int newTokens) {
    return switch (task) {
      case CLASSIFICATION -> new ClassificationScoring(classes);
      case GENERATION -> new GenerationScoring(generate, newTokens);
    };
  }
}
