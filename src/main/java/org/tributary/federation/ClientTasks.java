package org.tributary.federation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileStatus;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.scheduler.StageInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.checkpoint.Store;
import scala.collection.JavaConverters;

/**
 * Gets a round's clients to train, one task each, and outlives those that kill their JVM. A task
 * that keeps failing ends its whole Spark job, and takes others of its executor with it; so what is
 * committed is kept, clients whose tasks failed are tried alone, one job each, where nobody else
 * can be the reason, and who fails alone has failed. The rest go on together.
 */
final class ClientTasks {
  private static final Logger LOG = LoggerFactory.getLogger(ClientTasks.class);

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
   * @throws InterruptedException if Spark was stopped or this thread interrupted: then nobody is to
   *     blame, and a later start of the run goes on
   */
  Map<String, String> train(ClientWork work, List<String> cohort)
      throws IOException, InterruptedException {
    Map<String, String> failed = new TreeMap<>();
    Set<String> suspects = new HashSet<>();
    Set<String> earlier = failures(work.round());
    List<String> open = open(work.round(), cohort, failed, earlier);
    while (!open.isEmpty()) {
      List<String> together = open.stream().filter(c -> !suspects.contains(c)).toList();
      if (together.size() > 1) {
        Set<String> found = new HashSet<>();
        if (job(work, together, found) != null) {
          // Nobody in particular seen failing: everybody is suspect, so that this comes to an end.
          suspects.addAll(found.isEmpty() ? together : found);
        }
      } else {
        String client = together.isEmpty() ? open.get(0) : together.get(0);
        Exception e = job(work, List.of(client), new HashSet<>());
        if (e != null && !open(work.round(), List.of(client), failed, earlier).isEmpty()) {
          String reason = "its task failed whenever it was tried: " + firstLine(e);
          failed.put(client, reason);
          LOG.warn("round {}: client {} is left out: {}", work.round(), client, reason);
        }
      }
      open = open(work.round(), cohort, failed, earlier);
    }
    return failed;
  }

  private static String firstLine(Exception e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  /** Runs a job; gives what ended it early, or null, and adds the clients whose tasks failed. */
  private Exception job(ClientWork work, List<String> clients, Set<String> failing)
      throws InterruptedException {
    Tasks tasks = new Tasks();
    spark.sc().addSparkListener(tasks);
    spark.setJobDescription("round %d: %d clients".formatted(work.round(), clients.size()));
    spark.setLocalProperty(Tasks.JOB, tasks.job);
    try {
      spark.parallelize(clients, clients.size()).map(work::run).collect();
      return null;
    } catch (
        Exception e) { // Scala declares none: SparkException and InterruptedException come, too
      checkAlive(e);
      LOG.info("round {}: a job ended early: {}", work.round(), firstLine(e));
      drain();
      awaitEnd(tasks);
      tasks.failing().forEach(i -> failing.add(clients.get(i)));
      return e;
    } finally {
      spark.sc().removeSparkListener(tasks);
      spark.setLocalProperty(Tasks.JOB, null);
      spark.setJobDescription(null);
    }
  }

  /** A driver that is being stopped must not hold the end of its jobs against the clients. */
  private void checkAlive(Exception e) throws InterruptedException {
    if (e instanceof InterruptedException || Thread.interrupted() || spark.sc().isStopped()) {
      InterruptedException stopped =
          new InterruptedException("stopped while clients were training; run again to go on");
      stopped.initCause(e);
      throw stopped;
    }
  }

  /**
   * Waits for the clients that were still training when another one ended the job: they train to
   * their end all the same, and would be trained twice.
   */
  private void awaitEnd(Tasks tasks) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.HOURS.toNanos(1);
    while (tasks.areRunning() && System.nanoTime() < end && !spark.sc().isStopped()) {
      Thread.sleep(100);
    }
  }

  private void drain() {
    try {
      spark.sc().listenerBus().waitUntilEmpty(10_000);
    } catch (java.util.concurrent.TimeoutException e) {
      LOG.info("Spark's events are late; going on with what is known");
    }
  }

  /** The names of the files that say why attempts gave up. */
  private Set<String> failures(int round) throws IOException {
    Set<String> names = new HashSet<>();
    for (FileStatus file : store.list(folder.updates(round))) {
      RunFolder.Attempt.of(file.getPath())
          .filter(RunFolder.Attempt::failed)
          .ifPresent(a -> names.add(file.getPath().getName()));
    }
    return names;
  }

  /**
   * The clients that have neither an update nor a reason. Reasons of an earlier start of the run do
   * not count: who failed then is tried again.
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
            Json.read(
                store, folder.failure(round, a.client(), a.attempt()), ClientWork.Failure.class);
        failed.put(a.client(), failure.reason());
        LOG.warn("round {}: client {} is left out: {}", round, a.client(), failure.reason());
      }
    }
    List<String> open = new ArrayList<>(cohort);
    open.removeAll(done);
    return open;
  }

  /** The tasks of one job. */
  private static final class Tasks extends SparkListener {
    static final String JOB = "tributary.job";

    private final String job = UUID.randomUUID().toString();
    private final Set<Integer> stages = new HashSet<>();
    private final Set<Long> running = new HashSet<>();
    private final Set<Integer> failing = new HashSet<>();

    @Override
    public synchronized void onJobStart(SparkListenerJobStart start) {
      if (start.properties() != null && job.equals(start.properties().getProperty(JOB))) {
        for (StageInfo stage : JavaConverters.seqAsJavaList(start.stageInfos())) {
          stages.add(stage.stageId());
        }
      }
    }

    @Override
    public synchronized void onTaskStart(SparkListenerTaskStart start) {
      if (stages.contains(start.stageId())) {
        running.add(start.taskInfo().taskId());
      }
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
      if (stages.contains(end.stageId())) {
        running.remove(end.taskInfo().taskId());
        if (end.taskInfo().failed()) {
          failing.add(end.taskInfo().index());
        }
      }
    }

    synchronized boolean areRunning() {
      return !running.isEmpty();
    }

    /** The partitions that had a task that failed. */
    synchronized Set<Integer> failing() {
      return new HashSet<>(failing);
    }
  }
}
