package org.tributary.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.mllib.evaluation.MulticlassMetrics;
import org.tributary.batch.Batch;
import org.tributary.client.ModelInputs;
import org.tributary.metrics.Calibration;
import org.tributary.metrics.Confusion;
import org.tributary.run.RowOwners;
import scala.Tuple3;

/**
 * Computes cross entropy, the calibration and the confusion matrix over the declared classes. MLlib
 * computes accuracy and weighted F1 from the matrix.
 *
 * @param classes the declared classes
 */
record ClassificationScoring(int classes) implements Scoring<ClassificationScoring.Sums> {
  /**
   * Sums over rows.
   *
   * @param loss cross entropy
   * @param counts confusion matrix
   * @param truncated rows that were cut
   * @param calibration confidence and accuracy by bins of confidence
   * @param clients the sums of each client's rows, by id
   */
  record Sums(
      double loss,
      long[][] counts,
      long truncated,
      Calibration calibration,
      SortedMap<String, ClientSums> clients) {}

  @Override
  public Sums none() {
    return new Sums(0, new long[classes][classes], 0, Calibration.empty(), new TreeMap<>());
  }

  @Override
  public Class<Sums> type() {
    return Sums.class;
  }

  @Override
  public List<RowScore> score(Given given, NDManager scratch, int[] places) {
    int[] indices = given.sample().rows(places);
    Batch batch = given.rows().batch(indices);
    NDArray logits = given.model().logits(scratch, given.weights(), ModelInputs.of(scratch, batch));
    float[] values = logits.toFloatArray();
    boolean[] truncated = given.truncated(indices, batch);
    List<RowScore> scores = new ArrayList<>();
    for (int i = 0; i < indices.length; i++) {
      int truth = (int) batch.labels()[i];
      int best = 0;
      for (int c = 1; c < classes; c++) {
        best = values[i * classes + c] > values[i * classes + best] ? c : best;
      }
      double sum = 0;
      for (int c = 0; c < classes; c++) {
        sum += Math.exp(values[i * classes + c] - values[i * classes + best]);
      }
      double own = Math.log(sum) + values[i * classes + best] - values[i * classes + truth];
      RowScore.Choice choice = new RowScore.Choice(truth, best, 1 / sum);
      scores.add(new RowScore(indices[i], own, truncated[i], choice, null));
    }
    return scores;
  }

  @Override
  public Sums sums(List<RowScore> batch, RowOwners owners) {
    double loss = 0;
    long[][] counts = new long[classes][classes];
    long truncated = 0;
    Calibration calibration = Calibration.empty();
    SortedMap<String, ClientSums> clients = new TreeMap<>();
    for (RowScore row : batch) {
      RowScore.Choice choice = row.choice();
      loss += row.loss();
      counts[choice.label()][choice.predicted()]++;
      truncated += row.truncated() ? 1 : 0;
      calibration = calibration.plus(Calibration.of(choice.probability(), choice.isRight()));
      String owner = owners.of(row.row());
      if (owner != null) {
        ClientSums own = new ClientSums(1, row.loss(), 1, choice.isRight() ? 1L : 0L);
        clients.merge(owner, own, ClientSums::plus);
      }
    }
    return new Sums(loss, counts, truncated, calibration, clients);
  }

  @Override
  public Sums plus(Sums one, Sums other) {
    Confusion sum = new Confusion(one.counts()).plus(new Confusion(other.counts()));
    return new Sums(
        one.loss() + other.loss(),
        sum.counts(),
        one.truncated() + other.truncated(),
        one.calibration().plus(other.calibration()),
        ClientSums.plus(one.clients(), other.clients()));
  }

  @Override
  public SortedMap<String, Double> scores(JavaSparkContext spark, Sums all) {
    Confusion confusion = new Confusion(all.counts());
    MulticlassMetrics overall = overall(spark, confusion);
    SortedMap<String, Double> scores = new TreeMap<>();
    scores.put("loss", all.loss() / confusion.rows());
    scores.put("accuracy", overall.accuracy());
    scores.put("macro_f1", confusion.macroF1());
    scores.put("micro_f1", confusion.microF1());
    scores.put("weighted_f1", overall.weightedFMeasure());
    scores.put("ece", all.calibration().error());
    scores.put("truncated_rows", (double) all.truncated());
    return scores;
  }

  @Override
  public Evaluation.Details details(Sums all) {
    List<Evaluation.Cell> cells = new ArrayList<>();
    for (int t = 0; t < classes; t++) {
      for (int p = 0; p < classes; p++) {
        if (all.counts()[t][p] > 0) {
          cells.add(new Evaluation.Cell(t, p, all.counts()[t][p]));
        }
      }
    }
    return new Evaluation.Details(cells, ClientSums.scores(all.clients()));
  }

  private static MulticlassMetrics overall(JavaSparkContext spark, Confusion confusion) {
    List<Tuple3<Object, Object, Object>> cells = new ArrayList<>();
    long[][] counts = confusion.counts();
    for (int t = 0; t < counts.length; t++) {
      for (int p = 0; p < counts.length; p++) {
        if (counts[t][p] > 0) {
          cells.add(new Tuple3<>((double) p, (double) t, (double) counts[t][p]));
        }
      }
    }
    JavaRDD<Tuple3<Object, Object, Object>> rdd = spark.parallelize(cells, 1);
    return new MulticlassMetrics(rdd.rdd());
  }
}
