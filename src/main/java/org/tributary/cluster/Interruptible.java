package org.tributary.cluster;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.tributary.error.StopRequest;

/**
 * Work of a driver that ends cleanly when its thread is interrupted: its Spark jobs are cancelled,
 * their tasks end at the next step, and only then are the lock and the session released. Otherwise
 * native code would still run while the JVM ends, which crashes it.
 */
public final class Interruptible {
  private static final String GROUP = "tributary-work-";
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
   * @throws InterruptedException if the thread was interrupted meanwhile; no task runs any more,
   *     unless one did not reach its next step within a minute
   */
  public static <T> T run(SparkContext spark, Work<T> work)
      throws IOException, InterruptedException {
    String group = GROUP + UUID.randomUUID();
    Running running = new Running();
    spark.addSparkListener(running);
    spark.setLocalProperty("spark.jobGroup.id", group);
    try {
      T result = work.run();
      check();
      return result;
    } catch (IOException | InterruptedException | RuntimeException e) {
      if (!isInterruption(e)) {
        throw e;
      }
      if (!spark.isStopped()) {
        spark.cancelJobGroup(group);
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
        spark.setLocalProperty("spark.jobGroup.id", null);
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
   * Checks for the end of a task between two steps. Only a stopping driver ends it there. If
   * another task ended the job, this task finishes its work.
   *
   * @param task the task
   * @throws TaskKilledException if its driver stops
   */
  public static void check(TaskContext task) {
    if (task != null
        && task.isInterrupted()
        && task.getKillReason().isDefined()
        && task.getKillReason().get().contains(GROUP)) {
      throw new TaskKilledException(task.getKillReason().get());
    }
  }

  private static boolean isInterruption(Exception thrown) {
    boolean interrupted = StopRequest.take(); // cleared, because the next lines must wait
    for (Throwable e = thrown; e != null && !interrupted; e = e.getCause()) {
      interrupted =
          e instanceof InterruptedException
              || e instanceof ClosedByInterruptException
              || e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException);
    }
    return interrupted;
  }

  /** The tasks that are running. */
  private static final class Running extends SparkListener {
    private final Set<Long> tasks = new HashSet<>();

    @Override
    public synchronized void onTaskStart(SparkListenerTaskStart start) {
      tasks.add(start.taskInfo().taskId());
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
      do {
        try {
          spark.listenerBus().waitUntilEmpty(1_000);
        } catch (java.util.concurrent.TimeoutException e) {
          continue; // Spark's events are late
        }
        Thread.sleep(20);
      } while (!areNone() && System.nanoTime() < end && !spark.isStopped());
    }
  }
}
