package org.tributary.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.cluster.SparkJobs;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.executor.Devices;
import org.tributary.executor.LoadedRun;
import org.tributary.json.Json;
import org.tributary.protocol.HostTensor;
import org.tributary.run.Blueprint;
import org.tributary.run.RowOwners;
import org.tributary.run.RunData;
import org.tributary.run.RunSpec;
import org.tributary.run.SkippedRows;
import org.tributary.torch.Torch;

/**
 * Evaluates a model on all executors. The rows are cut into shards of equal size, one row more or
 * less, and each task scores one shard. The sums of the shards are added in the order of the
 * shards, so the scores do not depend on the cluster.
 */
public final class EvaluationJob {
  private final JavaSparkContext spark;
  private final Broadcast<RunSpec> spec;
  private final Blueprint blueprint;

  /**
   * For a run.
   *
   * @param spark of the driver
   * @param spec what tasks need to know about the run
   * @param blueprint of the same run
   */
  public EvaluationJob(JavaSparkContext spark, Broadcast<RunSpec> spec, Blueprint blueprint) {
    this.spark = spark;
    this.spec = spec;
    this.blueprint = blueprint;
  }

  /**
   * Evaluates the model at the end of a round.
   *
   * @param part {@code test} or {@code validation}
   * @param round counted from 0; -1 for the model before training
   * @param client id of the client whose personal model is evaluated; null for the global model
   * @param state tensors that replace the global ones: those of that client, or those before
   *     training; null if there are none
   * @return scores
   * @throws WrongInput if the rows are not those that were partitioned
   * @throws IOException if a file system fails
   */
  public Evaluation evaluate(String part, int round, String client, Path state) throws IOException {
    long begin = System.nanoTime();
    int most = blueprint.config().evaluate().rows();
    long there = evaluationRows(part);
    int rows = Math.toIntExact(most == 0 ? there : Math.min(most, there));
    TrainConfig.Evaluate settings = blueprint.config().evaluate();
    Shards shards = new Shards(new EvenSample(there, rows), settings.shard(), settings.batch());
    Shard work =
        new Shard(
            spec, part, round, state == null ? null : state.toString(), client != null, shards);
    String when = round < 0 ? "before training" : "round " + (round + 1);
    Found found =
        SparkJobs.run(
            spark,
            "%s: evaluation on %s rows%s"
                .formatted(when, part, client == null ? "" : " of the model of client " + client),
            () -> together(scoring(blueprint), score(work, shards.count())));
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Evaluation(client, part, rows, seconds, found.scores(), found.details());
  }

  private static Scoring<?> scoring(Blueprint blueprint) {
    TrainConfig.Evaluate settings = blueprint.config().evaluate();
    return Scoring.of(
        blueprint.architecture().task(),
        blueprint.labels().size(),
        settings.generate(),
        settings.newTokens());
  }

  private List<String> score(Shard work, int shards) {
    List<Integer> indices = IntStream.range(0, shards).boxed().toList();
    return spark.parallelize(indices, shards).map(work::score).collect();
  }

  private long evaluationRows(String part) throws IOException {
    SkippedRows skipped = SkippedRows.read(spec.value().store(), spec.value().folder());
    RunData data = blueprint.data();
    return data.evaluationRows(part) - skipped.count(data.evaluationParts(part));
  }

  /** The scores and what they were computed from. */
  private record Found(SortedMap<String, Double> scores, Evaluation.Details details) {}

  private <S extends Record> Found together(Scoring<S> scoring, List<String> results) {
    S all = scoring.none();
    for (String result : results) {
      Scored scored = Json.own(result, Scored.class);
      if (scored.wrong() != null) {
        throw new WrongInput(scored.wrong());
      }
      all = scoring.plus(all, Json.own(scored.sums(), scoring.type()));
    }
    return new Found(scoring.scores(spark, all), scoring.details(all));
  }

  /**
   * The result of a task.
   *
   * @param sums of its rows, as JSON; null if they cannot be used
   * @param wrong why the rows cannot be used. Another attempt would find the same, so the task
   *     itself succeeds
   */
  private record Scored(String sums, String wrong) {}

  /** One shard's work, in an executor. */
  private record Shard(
      Broadcast<RunSpec> spec,
      String part,
      int round,
      String state,
      boolean personal,
      Shards shards)
      implements Serializable {

    String score(int index) throws IOException, InterruptedException {
      try (Devices.BorrowedDevice loan = Devices.borrow();
          LoadedRun run = LoadedRun.take(spec.value(), loan.device());
          NDManager manager = Torch.manager(loan.device())) {
        Blueprint blueprint = run.blueprint();
        Torch.prepareThread(blueprint.config().client().threads());
        return Json.pretty(
            new Scored(Json.pretty(score(run, manager, scoring(blueprint), index)), null));
      } catch (WrongInput e) {
        return Json.pretty(new Scored(null, e.getMessage()));
      }
    }

    private <S extends Record> S score(
        LoadedRun run, NDManager manager, Scoring<S> scoring, int index) throws IOException {
      Scoring.Given given =
          new Scoring.Given(
              run.model(),
              run.tokens(),
              weights(run, manager),
              run.evaluationRows(part, round),
              shards.sample());
      RowOwners owners = owners(run);
      List<S> sums = new ArrayList<>(List.of(scoring.none()));
      shards.score(
          scoring,
          given,
          index,
          manager,
          run::checkGoesOn,
          batch -> sums.set(0, scoring.plus(sums.get(0), scoring.sums(batch, owners))));
      return sums.get(0);
    }

    /** Of a client's own model, the scores on other clients' rows are not of interest. */
    private RowOwners owners(LoadedRun run) throws IOException {
      return personal
          ? RowOwners.NONE
          : run.blueprint()
              .data()
              .owners(part, SkippedRows.read(run.store(), spec.value().folder()));
    }

    private List<NDArray> weights(LoadedRun run, NDManager manager) throws IOException {
      Map<String, HostTensor> tensors = new TreeMap<>(run.given(spec.value().folder(), round + 1));
      if (state != null) {
        tensors.putAll(SafeTensors.read(run.store(), new Path(state)).tensors());
      }
      tensors.keySet().retainAll(run.blueprint().modelTensors());
      List<NDArray> weights = new ArrayList<>();
      tensors.forEach((name, tensor) -> weights.add(run.model().trainable(manager, name, tensor)));
      return weights;
    }
  }
}
