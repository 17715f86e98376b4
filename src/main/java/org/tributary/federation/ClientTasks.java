package org.tributary.federation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileStatus;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.checkpoint.Store;

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
   */
  Map<String, String> train(ClientWork work, List<String> cohort) throws IOException {
    Map<String, String> failed = new TreeMap<>();
    Set<String> suspects = new HashSet<>();
    List<String> open = open(work.round(), cohort, failed);
    while (!open.isEmpty()) {
      List<String> together = open.stream().filter(c -> !suspects.contains(c)).toList();
      if (together.isEmpty()) {
        alone(work, open.get(0), failed);
      } else {
        Set<String> found = new HashSet<>();
        if (job(work, together, found) != null) {
          // Nobody in particular seen failing: everybody is suspect, so that this comes to an end.
          suspects.addAll(found.isEmpty() ? together : found);
        }
      }
      open = open(work.round(), cohort, failed);
    }
    return failed;
  }

  private void alone(ClientWork work, String client, Map<String, String> failed)
      throws IOException {
    Exception e = job(work, List.of(client), new HashSet<>());
    if (e != null && !open(work.round(), List.of(client), failed).isEmpty()) {
      String reason = "its task failed whenever it was tried: " + firstLine(e);
      failed.put(client, reason);
      LOG.warn("round {}: client {} is left out: {}", work.round(), client, reason);
    }
  }

  private static String firstLine(Exception e) {
    String message = String.valueOf(e.getMessage());
    int end = message.indexOf('\n');
    return end < 0 ? message : message.substring(0, end);
  }

  /** Runs a job; gives what ended it early, or null, and adds the clients whose tasks failed. */
  private Exception job(ClientWork work, List<String> clients, Set<String> failing) {
    Failing listener = new Failing();
    spark.sc().addSparkListener(listener);
    spark.setJobDescription("round %d: %d clients".formatted(work.round(), clients.size()));
    try {
      spark.parallelize(clients, clients.size()).map(work::run).collect();
      return null;
    } catch (RuntimeException e) {
      LOG.info("round {}: a job ended early: {}", work.round(), firstLine(e));
      return e;
    } catch (Exception e) {
      // Scala's collect throws SparkException, which Java does not see declared.
      LOG.info("round {}: a job ended early: {}", work.round(), firstLine(e));
      return e;
    } finally {
      drain();
      spark.sc().removeSparkListener(listener);
      spark.setJobDescription(null);
      listener.indices().forEach(i -> failing.add(clients.get(i)));
    }
  }

  private void drain() {
    try {
      spark.sc().listenerBus().waitUntilEmpty(10_000);
    } catch (java.util.concurrent.TimeoutException e) {
      LOG.info("Spark's events are late; going on with what is known");
    }
  }

  /** The clients that have neither an update nor a reason; adds reasons of this application. */
  private List<String> open(int round, List<String> cohort, Map<String, String> failed)
      throws IOException {
    String application = spark.sc().applicationId().replace('.', '-') + "-";
    Set<String> done = new HashSet<>(failed.keySet());
    Map<String, RunFolder.Attempt> reasons = new HashMap<>();
    for (FileStatus file : store.list(folder.updates(round))) {
      RunFolder.Attempt.of(file.getPath())
          .ifPresent(
              a -> {
                if (!a.failed()) {
                  done.add(a.client());
                } else if (a.attempt().startsWith(application)) {
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

  /** Which partitions of a job had a task that failed. */
  private static final class Failing extends SparkListener {
    private final Set<Integer> indices = new HashSet<>();

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
      if (end.taskInfo().failed()) {
        indices.add(end.taskInfo().index());
      }
    }

    synchronized Set<Integer> indices() {
      return new HashSet<>(indices);
    }
  }
}
