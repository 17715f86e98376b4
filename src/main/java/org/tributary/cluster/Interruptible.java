package org.tributary.cluster;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.tributary.error.StopRequest;
import scala.collection.JavaConverters;

/**
 * Work of a driver that ends cleanly when its thread is interrupted, or when someone cancels its
 * Spark jobs: they are cancelled, their tasks end at the next step, and only then are the lock and
 * the session released. Otherwise native code would still run while the JVM ends, which crashes it.
 * The jobs stay in the job group of the thread, so that a notebook can cancel them; a tag marks
 * them as this work's.
 */
public final class Interruptible {
  private static final String TAG = "tributary-work-";

  /** The property in which Spark keeps the tags of a job. */
  private static final String TAGS = "spark.job.tags";

  /** What Spark says of a job that was cancelled, as a failure and as the reason of its tasks. */
  private static final Pattern CANCELLED = Pattern.compile("\\bJob \\d+ cancelled\\b");

  private static final long LONGEST = TimeUnit.SECONDS.toNanos(60);

  private Interruptible() {}

  /** Work. */
  @FunctionalInterface
  public interface Work<T> {
    /**
     * Runs the work.
     *
     * @return its result
     * @throws IOException if it fails
     * @throws InterruptedException if it is interrupted
     */
    T run() throws IOException, InterruptedException;
  }

  /**
   * Runs work.
   *
   * @param spark runs its jobs
   * @param work of this thread
   * @return its result
   * @throws IOException if the work throws it
   * @throws InterruptedException if the thread was interrupted or a job was cancelled meanwhile; no
   *     task of this work runs any more, unless one did not reach its next step within a minute
   */
  public static <T> T run(SparkContext spark, Work<T> work)
      throws IOException, InterruptedException {
    String tag = TAG + UUID.randomUUID();
    Running running = new Running(tag);
    spark.addSparkListener(running);
    spark.addJobTag(tag);
    try {
      T result = work.run();
      check();
      return result;
    } catch (Exception e) { // Scala does not declare SparkException
      if (!isInterruption(e)) {
        throw e;
      }
      if (!spark.isStopped()) {
        spark.cancelJobsWithTag(tag);
        running.awaitNone(spark);
      }
      if (e instanceof InterruptedException told && told.getMessage() != null) {
        throw told;
      }
      InterruptedException stopped = new InterruptedException("stopped; run again to resume");
      stopped.initCause(e);
      throw stopped;
    } finally {
      if (!spark.isStopped()) {
        spark.removeJobTag(tag);
        spark.removeSparkListener(running);
      }
    }
  }

  /**
   * Checks for the end of work between two steps of a driver.
   *
   * @throws InterruptedException if the thread was interrupted, or asked to stop
   */
  public static void check() throws InterruptedException {
    if (StopRequest.take()) {
      throw new InterruptedException("stopped; run again to resume");
    }
  }

  /**
   * Checks for the end of a task between two steps. It ends there if its driver stops or its job
   * was cancelled. If another task ended the job, this task finishes its work.
   *
   * @param task the task
   * @throws TaskKilledException if its driver stops
   */
  public static void check(TaskContext task) {
    if (task != null
        && task.isInterrupted()
        && task.getKillReason().isDefined()
        && CANCELLED.matcher(task.getKillReason().get()).find()) {
      throw new TaskKilledException(task.getKillReason().get());
    }
  }

  /**
   * Whether a job failed because someone cancelled it, its group or all jobs.
   *
   * @param thrown by the job
   * @return false if it failed for another reason
   */
  public static boolean isCancelled(Throwable thrown) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (CANCELLED.matcher(String.valueOf(e.getMessage())).find()) {
        return true;
      }
    }
    return false;
  }

  private static boolean isInterruption(Exception thrown) {
    boolean interrupted = StopRequest.take(); // cleared, because the next lines must wait
    interrupted |= isCancelled(thrown);
    for (Throwable e = thrown; e != null && !interrupted; e = e.getCause()) {
      interrupted =
          e instanceof InterruptedException
              || e instanceof ClosedByInterruptException
              || e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException);
    }
    return interrupted;
  }

  /** The tasks of the work that are running; other work of the session goes on. */
  private static final class Running extends SparkListener {
    private final String tag;
    private final Set<Integer> stages = new HashSet<>();
    private final Set<Long> tasks = new HashSet<>();

    Running(String tag) {
      this.tag = tag;
    }

    @Override
    public synchronized void onJobStart(SparkListenerJobStart start) {
      String tags = start.properties() == null ? null : start.properties().getProperty(TAGS);
      if (tags != null && List.of(tags.split(",")).contains(tag)) {
        JavaConverters.seqAsJavaList(start.stageInfos())
            .forEach(stage -> stages.add(stage.stageId()));
      }
    }

    @Override
    public synchronized void onTaskStart(SparkListenerTaskStart start) {
      if (stages.contains(start.stageId())) {
        tasks.add(start.taskInfo().taskId());
      }
    }

    @Override
    public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
      tasks.remove(end.taskInfo().taskId());
    }

    private synchronized boolean areNone() {
      return tasks.isEmpty();
    }

    void awaitNone(SparkContext spark) throws InterruptedException {
      long end = System.nanoTime() + LONGEST;
      boolean late;
      do {
        late = false;
        try {
          spark.listenerBus().waitUntilEmpty(1_000);
        } catch (java.util.concurrent.TimeoutException e) {
          late = true; // Spark's events, also of tasks that have begun
        }
        Thread.sleep(20);
      } while ((late || !areNone()) && System.nanoTime() < end && !spark.isStopped());
    }
  }
}
