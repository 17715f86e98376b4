package org.tributary.federation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileStatus;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.Interruptible;
import org.tributary.cluster.LostExecutor;
import org.tributary.cluster.SparkJobs;
import org.tributary.error.Trouble;
import org.tributary.run.RunFolder;

/**
 * Runs the training of a round's clients, one task each, and survives clients that kill their JVM.
 * A task that keeps failing ends its whole Spark job and the other tasks of its executor. So
 * committed updates are kept, and clients whose tasks failed are tried alone, one job each: then no
 * other client can be the cause, and a client that fails alone has failed. The rest continue
 * together.
 */
final class ClientTasks {
  /** Clients that Spark's UI names. */
  private static final int NAMED = 20;

  private static final Logger LOG = LoggerFactory.getLogger(ClientTasks.class);

  /** The number of clients that fail alone before the executors count as the cause. */
  private static final int TRIED_ALONE = 3;

  private final JavaSparkContext spark;
  private final Store store;
  private final RunFolder folder;

  ClientTasks(JavaSparkContext spark, Store store, RunFolder folder) {
    this.spark = spark;
    this.store = store;
    this.folder = folder;
  }

  /**
   * Trains.
   *
   * @param work of a task
   * @param cohort ids
   * @return why clients failed, by id; all others have committed an update
   * @throws Trouble if a store or a machine failed, or executors were taken away; no client is the
   *     cause then either
   * @throws InterruptedException if Spark was stopped or this thread interrupted: then nobody is to
   *     blame, and a later start resumes the run
   */
  Map<String, String> train(ClientWork work, List<String> cohort)
      throws IOException, InterruptedException {
    Map<String, String> failed = new TreeMap<>();
    Set<String> suspects = new HashSet<>();
    Set<String> earlier = FailedAttempts.of(store, folder, work.round()).mayEndOtherwise();
    int alone = 0;
    List<String> open = open(work.round(), cohort, failed, earlier);
    while (!open.isEmpty()) {
      List<String> together = open.stream().filter(c -> !suspects.contains(c)).toList();
      if (together.size() > 1) {
        Ended ended = job(work, together);
        if (ended != null) {
          List<String> found = ended.tasks().failing().stream().map(together::get).toList();
          // If no task was seen to fail, every client is suspect, so that the loop ends.
          suspects.addAll(found.isEmpty() ? together : found);
        }
      } else {
        String client = together.isEmpty() ? open.get(0) : together.get(0);
        Ended ended = job(work, List.of(client));
        if (ended != null && !open(work.round(), List.of(client), failed, earlier).isEmpty()) {
          requireExecutors(work.round(), client, ended.tasks());
          String reason = "its task failed whenever it was tried: " + firstLine(ended.by());
          failed.put(client, reason);
          LOG.warn("round {}: client {} is left out: {}", work.round() + 1, client, reason);
          alone++;
          requireOneThatFinishes(work.round(), alone, reason);
        }
      }
      open = open(work.round(), cohort, failed, earlier);
    }
    return failed;
  }

  /** A client whose executor was killed from outside did not fail. */
  private static void requireExecutors(int round, String client, TrainingTasks tasks)
      throws Trouble {
    List<LostExecutor> killed = tasks.killed();
    if (!killed.isEmpty()) {
      throw new Trouble(
          "round %d: client %s was tried alone, and its executor was lost %d times from outside (%s): "
                  .formatted(round + 1, client, killed.size(), killed.get(0).reason())
              + "if it was killed for memory, give executors more"
              + " (spark.executor.memoryOverhead); run the same command again: what is done is"
              + " kept",
          null);
    }
  }

  /**
   * If every client that is tried alone ends its executor and none has finished, the executors are
   * the cause, and trying all others would take hours.
   */
  private void requireOneThatFinishes(int round, int alone, String reason) throws IOException {
    boolean finished =
        store.list(folder.updates(round)).stream()
            .anyMatch(f -> RunFolder.Attempt.of(f.getPath()).filter(a -> !a.failed()).isPresent());
    if (alone >= TRIED_ALONE && !finished) {
      throw new Trouble(
          "round %d: %d clients in a row ended their executors, each alone, and no client has finished: the executors are the cause, so no client is left out: %s; fix it and run the same command again"
              .formatted(round + 1, alone, reason),
          null);
    }
  }

  /** The failure that ended a job early, and the job's tasks. */
  private record Ended(Exception by, TrainingTasks tasks) {}

  private static String firstLine(Exception e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  /** Runs a job and returns the failure that ended it early, or null. */
  private Ended job(ClientWork work, List<String> clients) throws Trouble, InterruptedException {
    TrainingTasks tasks = new TrainingTasks();
    spark.sc().addSparkListener(tasks);
    SparkJobs.describe(
        spark,
        "round %d: training of %d clients: %s"
            .formatted(work.round() + 1, clients.size(), named(clients)));
    spark.setLocalProperty(TrainingTasks.JOB, tasks.job());
    try {
      spark.parallelize(clients, clients.size()).map(work::run).collect();
      return null;
    } catch (
        Exception e) { // Scala declares no exceptions: SparkException and InterruptedException are
      // possible, too
      Optional<Trouble> removed = SparkJobs.removed("round " + (work.round() + 1), e);
      if (removed.isPresent()) {
        throw removed.get();
      }
      checkAlive(e);
      drain();
      awaitEnd(tasks);
      Optional<Trouble> trouble = tasks.trouble().or(() -> Trouble.in(e));
      if (trouble.isPresent()) {
        throw trouble.get();
      }
      LOG.info("round {}: a job ended early: {}", work.round() + 1, firstLine(e));
      return new Ended(e, tasks);
    } finally {
      spark.sc().removeSparkListener(tasks);
      spark.setLocalProperty(TrainingTasks.JOB, null);
      SparkJobs.describe(spark, null);
    }
  }

  /** Some of the clients, for Spark's UI. */
  private static String named(List<String> clients) {
    String some = String.join(", ", clients.subList(0, Math.min(NAMED, clients.size())));
    return clients.size() > NAMED ? some + ", ..." : some;
  }

  /**
   * A driver that is being stopped, or whose jobs someone cancels, must not count the end of its
   * jobs as failures of the clients.
   */
  private void checkAlive(Exception e) throws InterruptedException {
    if (e instanceof InterruptedException
        || Thread.interrupted()
        || spark.sc().isStopped()
        || Interruptible.isCancelled(e)) {
      InterruptedException stopped =
          new InterruptedException(
              "stopped while clients were training (%s); run again to resume"
                  .formatted(firstLine(e)));
      stopped.initCause(e);
      throw stopped;
    }
  }

  /**
   * Waits for the clients that were still training when another one ended the job. They finish
   * anyway; without waiting they would be trained twice.
   */
  private void awaitEnd(TrainingTasks tasks) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.HOURS.toNanos(1);
    while (tasks.areRunning() && System.nanoTime() < end && !spark.sc().isStopped()) {
      Thread.sleep(100);
    }
  }

  private void drain() {
    try {
      spark.sc().listenerBus().waitUntilEmpty(10_000);
    } catch (java.util.concurrent.TimeoutException e) {
      LOG.info("Spark's events are late; continuing with what is known");
    }
  }

  /**
   * The clients that have neither an update nor a reason. Reasons of an earlier start of the run do
   * not count, unless the client diverged: the other clients that failed then are tried again.
   */
  private List<String> open(
      int round, List<String> cohort, Map<String, String> failed, Set<String> earlier)
      throws IOException {
    Set<String> done = new HashSet<>(failed.keySet());
    Map<String, RunFolder.Attempt> reasons = new HashMap<>();
    for (FileStatus file : store.list(folder.updates(round))) {
      RunFolder.Attempt.of(file.getPath())
          .ifPresent(
              a -> {
                if (!a.failed()) {
                  done.add(a.client());
                } else if (!earlier.contains(file.getPath().getName())) {
                  reasons.put(a.client(), a);
                }
              });
    }
    for (RunFolder.Attempt a : reasons.values()) {
      if (done.add(a.client())) {
        ClientWork.Failure failure =
            JsonFiles.read(
                store, folder.failure(round, a.client(), a.attempt()), ClientWork.Failure.class);
        failed.put(a.client(), failure.reason());
        LOG.warn("round {}: client {} is left out: {}", round + 1, a.client(), failure.reason());
      }
    }
    List<String> open = new ArrayList<>(cohort);
    open.removeAll(done);
    return open;
  }
}
