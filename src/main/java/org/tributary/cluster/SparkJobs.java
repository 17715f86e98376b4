package org.tributary.cluster;

import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.api.java.JavaSparkContext;
import org.tributary.error.Trouble;

/**
 * Runs Spark jobs without client training. Spark retries a task that was lost with its executor,
 * {@code spark.task.maxFailures} times; the last loss is reported in one line.
 */
public final class SparkJobs {
  private static final String AGAIN = "run the same command again: what is done is kept";

  /** The message of {@link org.apache.spark.ExecutorLostFailure} and the scheduler. */
  private static final Pattern LOST =
      Pattern.compile(
          "failed ([0-9]+) times, most recent failure: .*ExecutorLostFailure \\(executor \\S+ exited"
              + " (caused by one of|unrelated to) the running tasks\\)(?: Reason: (.*))?");

  /** Shuffle data was lost with executors, each time that it was computed again. */
  private static final Pattern SHUFFLED =
      Pattern.compile("has failed the maximum allowable number of times: ([0-9]+)");

  /** A standalone master ends an application whose executors die. */
  private static final Pattern REMOVED = Pattern.compile("Master removed our application: \\w+");

  private SparkJobs() {}

  /** Work with one or more Spark jobs. */
  @FunctionalInterface
  public interface Work<T> {
    /**
     * Runs the work.
     *
     * @return its result
     * @throws IOException if it fails
     */
    T run() throws IOException;
  }

  /**
   * Runs work.
   *
   * @param spark runs its jobs
   * @param what its description, for Spark's UI and for messages
   * @param work of this thread
   * @return its result
   * @throws Trouble if executors are lost in all attempts
   * @throws IOException if the work throws it
   */
  public static <T> T run(JavaSparkContext spark, String what, Work<T> work) throws IOException {
    describe(spark, what);
    try {
      return work.run();
    } catch (Exception e) { // Scala declares no exceptions
      Optional<Trouble> lost = lost(what, e);
      if (lost.isPresent()) {
        throw lost.get();
      }
      throw e;
    } finally {
      if (!spark.sc().isStopped()) {
        describe(spark, null);
      }
    }
  }

  /**
   * Describes the jobs and the stages that this thread starts from now on, for Spark's UI.
   *
   * @param spark runs them
   * @param what the round, the phase and the clients; null for Spark's own descriptions
   */
  public static void describe(JavaSparkContext spark, String what) {
    spark.setJobDescription(what);
    if (what == null) {
      spark.clearCallSite();
    } else {
      spark.setCallSite(what);
    }
  }

  /**
   * Whether a job ended because executors were lost.
   *
   * @param thrown by the job
   * @return false if something else ended it
   */
  public static boolean isLoss(Throwable thrown) {
    return lost("", thrown).isPresent();
  }

  /**
   * Looks for lost executors among the causes of a job's end.
   *
   * @param what description of the work
   * @param thrown by the job
   * @return empty if something else ended it
   */
  static Optional<Trouble> lost(String what, Throwable thrown) {
    if (Trouble.in(thrown).isPresent()) {
      return Optional.empty();
    }
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      String message = String.valueOf(e.getMessage());
      Matcher lost = LOST.matcher(message);
      Matcher shuffled = SHUFFLED.matcher(message);
      if (lost.find()) {
        return Optional.of(lost(what, lost, thrown));
      } else if (shuffled.find()) {
        return Optional.of(
            new Trouble(
                "%s: executors were lost %s times with what they had shuffled: their logs on the cluster say why; %s"
                    .formatted(what, shuffled.group(1), AGAIN),
                thrown));
      }
    }
    return removed(what, thrown);
  }

  private static Trouble lost(String what, Matcher lost, Throwable thrown) {
    String reason = lost.group(3) == null ? "unknown" : lost.group(3);
    LostExecutor executor = LostExecutor.of(reason, lost.group(2).startsWith("caused"));
    String told =
        executor.byItsTask()
            ? "%s: an executor ended itself %s times with the same task (%s): its log on the cluster"
                + " says why"
            : "%s: an executor was lost %s times with the same task, from outside (%s): if it was"
                + " killed for memory, give executors more (spark.executor.memoryOverhead)";
    return new Trouble(
        told.formatted(what, lost.group(1), executor.reason()) + "; " + AGAIN, thrown);
  }

  /**
   * Looks for a standalone cluster that ended the application.
   *
   * @param what description of the work
   * @param thrown by a job
   * @return empty if something else ended it
   */
  public static Optional<Trouble> removed(String what, Throwable thrown) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      Matcher removed = REMOVED.matcher(String.valueOf(e.getMessage()));
      if (removed.find()) {
        return Optional.of(
            new Trouble(
                "%s: the cluster ended the application (%s), as its executors died or somebody ended it: their logs on the cluster say why; %s"
                    .formatted(what, removed.group(), AGAIN),
                thrown));
      }
    }
    return Optional.empty();
  }
}
