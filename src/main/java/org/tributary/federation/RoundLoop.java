package org.tributary.federation;

import java.io.IOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.Interruptible;
import org.tributary.error.WrongInput;
import org.tributary.evaluation.Evaluation;
import org.tributary.evaluation.EvaluationJob;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.Role;
import org.tributary.run.Blueprint;
import org.tributary.run.RunFolder;
import org.tributary.run.RunSpec;
import org.tributary.tables.RoundSummary;
import org.tributary.tables.TableWriter;

/**
 * The rounds of a run, one after the other, the same for every framework:
 *
 * <ol>
 *   <li>draw the cohort from the seed and the round;
 *   <li>clients train, each in its task, and commit their updates; a client that fails is left out;
 *   <li>check every client update; write the accepted attempts, once;
 *   <li>merge (aggregate) the accepted updates; write the global tensors;
 *   <li>evaluate;
 *   <li>write the round's rows of the tables;
 *   <li>close the round.
 * </ol>
 *
 * Each step first checks whether an earlier driver has done it, so that a run that was stopped
 * anywhere ends with the same bits.
 */
final class RoundLoop {
  private final JavaSparkContext spark;
  private final Broadcast<RunSpec> spec;
  private final Blueprint blueprint;
  private final Store store;
  private final RunFolder folder;
  private final RunLock lock;
  private final TableWriter tables;
  private final RoundListener listener;
  private final ClientStates states;
  private final RoundAcceptance acceptance;
  private final RoundEvaluation evaluation;
  private final ValidationHistory history = new ValidationHistory();

  RoundLoop(
      JavaSparkContext spark,
      Broadcast<RunSpec> spec,
      Blueprint blueprint,
      TableWriter tables,
      RunLock lock,
      RoundListener listener)
      throws IOException {
    this.spark = spark;
    this.spec = spec;
    this.blueprint = blueprint;
    this.tables = tables;
    this.lock = lock;
    this.listener = listener;
    store = spec.value().store();
    folder = spec.value().folder();
    states = new ClientStates(store, folder);
    acceptance = new RoundAcceptance(spark, spec, blueprint, lock);
    evaluation = new RoundEvaluation(new EvaluationJob(spark, spec, blueprint), blueprint, folder);
  }

  /**
   * What the rounds leave.
   *
   * @param states every client's own state
   * @param resultRounds the result is the model after this round, counted from 1
   */
  record End(Map<String, Path> states, int resultRounds) {}

  /** Runs all rounds that are not closed, or until the validation loss no longer falls. */
  End run() throws IOException, InterruptedException {
    int rounds = blueprint.config().rounds();
    int closed = 0;
    while (closed < rounds && store.exists(folder.success(closed))) {
      after(closed++);
    }
    if (closed == rounds || closed > 0 && !isOver()) {
      listener.resumed(closed);
    }
    if (closed < rounds && !isOver()) {
      new RunResult(store, folder, blueprint).drop();
      start();
    }
    for (; closed < rounds && !isOver(); closed++) {
      Interruptible.check();
      lock.check();
      round(closed);
      after(closed);
    }
    if (isOver() && closed < rounds) {
      listener.stopped(closed - 1, history.best().orElse(closed - 1));
    }
    return new End(states.latest(), resultRounds(closed));
  }

  /** After which round the model is the result. */
  private int resultRounds(int closed) throws IOException {
    if (!blueprint.config().result().equals("best")) {
      return closed;
    }
    int best = history.best().orElse(closed - 1);
    if (!store.exists(folder.global(best))) {
      throw new WrongInput(
          "result: round %d has the lowest validation loss, but its global checkpoint is deleted (keep.globals); set result: last, or train in another out with result: best from the start"
              .formatted(best + 1));
    }
    return best + 1;
  }

  private boolean isOver() {
    return history.isOver(blueprint.config().evaluate().patience());
  }

  /** What follows each closed round, also those of an earlier driver. */
  private void after(int round) throws IOException {
    OptionalInt before = history.best();
    if (blueprint.config().validates()) {
      history.add(store, folder, round);
    }
    if (keepsStates() && store.exists(folder.accepted(round))) {
      states.advance(JsonFiles.read(store, folder.accepted(round), AcceptedUpdates.class));
    }
    prune(round, before);
  }

  /**
   * Evaluates the model before training, if the configuration asks for it and nothing is closed.
   */
  private void start() throws IOException {
    if (blueprint.config().evaluate().start()
        && !tables.hasStart()
        && !store.exists(folder.round(0))) {
      List<Evaluation> evaluations = evaluation.start();
      lock.check();
      tables.start(evaluations);
      listener.evaluatedStart(evaluations);
    }
  }

  private boolean keepsStates() {
    return blueprint.plan(0).any(role -> role.keeper() == Role.Keeper.CLIENT)
        || blueprint.config().client().keepOptimizer();
  }

  private void round(int round) throws IOException, InterruptedException {
    boolean resumed = store.exists(folder.round(round));
    // 1. The cohort.
    List<String> cohort = cohort(round);
    // 2. Training.
    long begin = System.nanoTime();
    Map<String, String> failed = train(round, cohort);
    double secondsTrain = seconds(begin);
    listener.phase(round, RoundListener.Phase.TRAINED);
    // 3. The choice.
    begin = System.nanoTime();
    Map<Path, String> looked = new HashMap<>();
    AcceptedUpdates accepted = acceptance.of(round, cohort, failed, looked);
    listener.phase(round, RoundListener.Phase.ACCEPTED);
    // 4. The merge.
    List<ClientReport> reports = acceptance.reports(accepted);
    double[] weights = merge(accepted, reports, looked);
    double secondsMerge = seconds(begin);
    listener.phase(round, RoundListener.Phase.MERGED);
    // 5. Evaluation.
    begin = System.nanoTime();
    List<Evaluation> evaluations = evaluation.of(round, accepted, states.latest());
    double secondsEvaluate = seconds(begin);
    listener.phase(round, RoundListener.Phase.EVALUATED);
    close(
        new RoundSummary(
            round,
            cohort,
            accepted.clients().stream().map(AcceptedUpdates.Choice::client).toList(),
            accepted.failed(),
            loss(weights, reports),
            bytesUp(reports),
            reports.stream().mapToLong(ClientReport::bytesDown).sum(),
            secondsTrain,
            secondsMerge,
            secondsEvaluate,
            resumed,
            Instant.now().truncatedTo(ChronoUnit.MICROS).toString(),
            evaluations),
        reports);
  }

  private List<String> cohort(int round) {
    List<String> cohort = blueprint.cohort(round);
    listener.phase(round, RoundListener.Phase.STARTED);
    listener.cohort(round, cohort);
    return cohort;
  }

  /** Merges the accepted updates; gives the weight of each. */
  private double[] merge(
      AcceptedUpdates accepted, List<ClientReport> reports, Map<Path, String> looked)
      throws IOException, InterruptedException {
    double[] weights = blueprint.framework().weights(reports);
    new RoundMerge(spark, spec, blueprint).merge(accepted, weights, looked, bytesUp(reports));
    return weights;
  }

  private static long bytesUp(List<ClientReport> reports) {
    return reports.stream().mapToLong(ClientReport::bytesUp).sum();
  }

  private void close(RoundSummary summary, List<ClientReport> reports) throws IOException {
    int round = summary.round();
    // 6. Tables.
    lock.check();
    tables.write(summary, reports, blueprint.framework().weights(reports));
    JsonFiles.commit(store, folder.roundJson(round), summary);
    listener.phase(round, RoundListener.Phase.TABLED);
    // 7. Closed.
    store.commit(folder.success(round), out -> {});
    listener.phase(round, RoundListener.Phase.CLOSED);
    listener.closed(summary);
  }

  /**
   * Trains the clients that accepted.json does not decide on yet; returns the reasons of those that
   * failed.
   */
  private Map<String, String> train(int round, List<String> cohort)
      throws IOException, InterruptedException {
    if (store.exists(folder.accepted(round))) {
      return Map.of();
    }
    StepProgress progress = new StepProgress();
    spark.sc().register(progress, "tributary.steps");
    try (ProgressWatch watch = new ProgressWatch(spark, progress, round, listener)) {
      ClientWork work = new ClientWork(spec, round, states.asText(), progress);
      return new ClientTasks(spark, store, folder).train(work, cohort);
    }
  }

  private static double loss(double[] weights, List<ClientReport> reports) {
    double loss = 0;
    for (int k = 0; k < weights.length; k++) {
      loss += weights[k] * reports.get(k).lossMean();
    }
    return loss;
  }

  /**
   * Deletes what later rounds and the result do not need, as far as {@code keep} says.
   *
   * @param before the best round before this one was closed
   */
  private void prune(int closed, OptionalInt before) throws IOException {
    int updates = closed - blueprint.config().keep().updates();
    int globals = closed - blueprint.config().keep().globals();
    if (updates >= 0) {
      store.delete(folder.updates(updates));
    }
    boolean keepsBest = blueprint.config().result().equals("best");
    OptionalInt best = keepsBest ? history.best() : OptionalInt.empty();
    if (globals >= 0 && !best.equals(OptionalInt.of(globals))) {
      store.delete(folder.global(globals));
    }
    if (keepsBest && before.isPresent() && !before.equals(best) && before.getAsInt() <= globals) {
      store.delete(folder.global(before.getAsInt()));
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }
}
