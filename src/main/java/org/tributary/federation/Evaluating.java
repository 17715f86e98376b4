package org.tributary.federation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.mllib.evaluation.MulticlassMetrics;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.client.Inputs;
import org.tributary.data.Batch;
import org.tributary.data.Examples;
import org.tributary.metrics.Confusion;
import org.tributary.model.Model;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;
import scala.Tuple3;

/**
 * Evaluation on all executors: the rows are cut into shards of a fixed size, each task scores one,
 * and the shards' sums are added in their order, so that the scores do not depend on the cluster.
 */
final class Evaluating {
  private final JavaSparkContext spark;
  private final Broadcast<RunSpec> spec;
  private final Blueprint blueprint;

  Evaluating(JavaSparkContext spark, Broadcast<RunSpec> spec, Blueprint blueprint) {
    this.spark = spark;
    this.spec = spec;
    this.blueprint = blueprint;
  }

  /**
   * A task's result.
   *
   * @param loss sum over the rows of the cross entropy
   * @param counts confusion matrix
   */
  record Scored(double loss, long[][] counts) {}

  /**
   * Evaluates the model that a round ends with.
   *
   * @param part {@code test} or {@code validation}
   * @param round counted from 0
   * @param client whose personal model; null for the global one
   * @param state of that client; null without
   * @return scores
   */
  RoundSummary.Evaluation evaluate(String part, int round, String client, Path state) {
    long begin = System.nanoTime();
    long rows = blueprint.evaluationRows(part);
    int shard = blueprint.config().evaluate().shard();
    int shards = Math.toIntExact((rows + shard - 1) / shard);
    Shard work = new Shard(spec, part, round, state == null ? null : state.toString(), shard);
    List<String> results =
        spark
            .parallelize(IntStream.range(0, shards).boxed().toList(), shards)
            .map(work::score)
            .collect();
    double loss = 0;
    Confusion confusion = Confusion.empty(blueprint.labels().size());
    for (String result : results) {
      Scored scored = Json.parse(result, Scored.class);
      loss += scored.loss();
      confusion = confusion.plus(new Confusion(scored.counts()));
    }
    MulticlassMetrics overall = overall(confusion);
    return new RoundSummary.Evaluation(
        client,
        part,
        confusion.rows(),
        loss / confusion.rows(),
        overall.accuracy(),
        confusion.macroF1(),
        confusion.microF1(),
        overall.weightedFMeasure(),
        (System.nanoTime() - begin) / 1e9);
  }

  private MulticlassMetrics overall(Confusion confusion) {
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

  /** One shard's work, in an executor. */
  private record Shard(Broadcast<RunSpec> spec, String part, int round, String state, int size)
      implements Serializable {

    String score(int index) throws IOException, InterruptedException {
      try (Devices.Loan loan = Devices.borrow();
          Bench bench = Bench.take(spec.value(), loan.device());
          NDManager manager = Torch.manager(loan.device())) {
        Blueprint blueprint = bench.blueprint();
        Torch.prepareThread(blueprint.config().client().threads());
        Examples rows = bench.evaluationRows(blueprint.evaluationFolders(part));
        List<NDArray> weights = weights(bench, manager);
        int batch = blueprint.config().evaluate().batch();
        int from = index * size;
        int to = Math.min(rows.size(), from + size);
        double loss = 0;
        long[][] counts = new long[blueprint.labels().size()][blueprint.labels().size()];
        for (int i = from; i < to; i += batch) {
          int[] indices = IntStream.range(i, Math.min(to, i + batch)).toArray();
          try (NDManager scratch = manager.newSubManager()) {
            loss += score(bench, scratch, weights, rows, indices, counts);
          }
        }
        return Json.text(new Scored(loss, counts));
      }
    }

    private List<NDArray> weights(Bench bench, NDManager manager) throws IOException {
      Map<String, HostTensor> tensors =
          new TreeMap<>(bench.given(spec.value().folder(), round + 1));
      if (state != null) {
        tensors.putAll(SafeTensors.read(bench.store(), new Path(state)).tensors());
        tensors.keySet().removeIf(name -> name.startsWith(ClientWork.OPTIMIZER));
      }
      List<NDArray> weights = new ArrayList<>();
      tensors.forEach((name, tensor) -> weights.add(Model.trainable(manager, name, tensor)));
      return weights;
    }

    private static double score(
        Bench bench,
        NDManager scratch,
        List<NDArray> weights,
        Examples rows,
        int[] indices,
        long[][] counts) {
      Batch batch = rows.batch(indices, bench.tokens(), bench.model().padToken());
      NDArray logits = bench.model().logits(scratch, weights, Inputs.of(scratch, batch));
      float[] values = logits.toFloatArray();
      int classes = counts.length;
      double loss = 0;
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
        loss += Math.log(sum) + values[i * classes + best] - values[i * classes + truth];
        counts[truth][best]++;
      }
      return loss;
    }
  }
}
