package org.tributary.cluster;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.error.Trouble;

/**
 * Waits until an executor has run an empty task. If executors never start, for example because an
 * image is broken or no node has enough room, the cluster reports nothing by itself. This class
 * reports the wait and limits it.
 */
public final class FirstExecutor {
  /** How long to wait for the first executor; a duration of Spark's, such as 30m. */
  public static final String PROPERTY = "spark.tributary.firstExecutor";

  private static final Logger LOG = LoggerFactory.getLogger(FirstExecutor.class);

  private final JavaSparkContext spark;
  private final Executors executors;
  private final Times times;

  /** Whether an executor may still come. */
  enum Hope {
    /** It waits for room, for example on a busy cluster. */
    SOME,
    /** It waits for something that somebody must fix, such as a missing image. */
    LITTLE,
    /** Executors start and end. */
    NONE
  }

  /**
   * The reason why executors do not start.
   *
   * @param words an executor and the cause
   * @param hope whether waiting helps
   */
  record Fault(String words, Hope hope) {}

  /** The reports of a cluster about its executors. */
  interface Executors extends AutoCloseable {
    /** The reason why executors do not start; empty if the cluster does not report it. */
    Optional<Fault> fault();

    @Override
    void close();

    /**
     * The reports for a master. A standalone master itself ends an application whose executors die.
     */
    static Executors of(String master, SparkConf conf) {
      if (master.startsWith("k8s://")) {
        return ExecutorPods.of(conf);
      }
      return master.equals("yarn") ? new YarnExecutors() : silent();
    }

    /** For clusters that report nothing. */
    static Executors silent() {
      return new Executors() {
        @Override
        public Optional<Fault> fault() {
          return Optional.empty();
        }

        @Override
        public void close() {}
      };
    }
  }

  /**
   * How long to wait.
   *
   * @param limit the longest wait
   * @param look time between two checks of the executors
   * @param stand how long a fault that needs a fix must last to end the wait
   * @param word time between two messages about the wait
   */
  record Times(Duration limit, Duration look, Duration stand, Duration word) {}

  /**
   * Creates a wait.
   *
   * @param spark the session that waits for executors
   * @param executors what the cluster says of them
   * @param times how long
   */
  FirstExecutor(JavaSparkContext spark, Executors executors, Times times) {
    this.spark = spark;
    this.executors = executors;
    this.times = times;
  }

  /**
   * Waits according to the session's settings; with a local master there is no wait.
   *
   * @param spark the session that waits for executors
   * @throws Trouble if no executor starts, or none works
   * @throws InterruptedException if the thread was interrupted
   */
  public static void await(JavaSparkContext spark) throws Trouble, InterruptedException {
    SparkConf conf = spark.getConf();
    if (spark.isLocal()) {
      return;
    }
    Duration limit = Duration.ofSeconds(conf.getTimeAsSeconds(PROPERTY, "30m"));
    Duration minute = Duration.ofMinutes(1);
    try (Executors executors = Executors.of(spark.master(), conf)) {
      new FirstExecutor(spark, executors, new Times(limit, Duration.ofSeconds(5), minute, minute))
          .await();
    }
  }

  void await() throws Trouble, InterruptedException {
    spark.setJobDescription("the first executor");
    JavaFutureAction<Long> task = spark.parallelize(List.of(0), 1).countAsync();
    spark.setJobDescription(null);
    try {
      await(task);
    } finally {
      task.cancel(true);
    }
  }

  private void await(JavaFutureAction<Long> task) throws Trouble, InterruptedException {
    long begin = System.nanoTime();
    long end = begin + times.limit.toNanos();
    long hopeful = begin;
    long told = begin;
    while (true) {
      Optional<Fault> fault;
      try {
        task.get(
            Math.min(times.look.toNanos(), Math.max(1, end - System.nanoTime())),
            TimeUnit.NANOSECONDS);
        return;
      } catch (TimeoutException e) {
        fault = executors.fault();
      } catch (ExecutionException e) {
        throw failed(e);
      }
      long now = System.nanoTime();
      Hope hope = fault.map(Fault::hope).orElse(Hope.SOME);
      hopeful = hope == Hope.SOME ? now : hopeful;
      if (hope == Hope.NONE || now - hopeful > times.stand.toNanos() || now >= end) {
        throw trouble(fault.map(Fault::words), null);
      }
      if (now - told >= times.word.toNanos()) {
        told = now;
        LOG.warn("no executor has come yet{}", fault.map(f -> ": " + f.words).orElse("; waiting"));
      }
    }
  }

  private Trouble failed(ExecutionException e) {
    if (spark.sc().isStopped()) {
      return trouble(Optional.of("the cluster ended the application"), e);
    }
    String line = String.valueOf(e.getCause().getMessage()).lines().findFirst().orElse("");
    return trouble(Optional.of("an empty task fails: " + line), e);
  }

  private Trouble trouble(Optional<String> why, Throwable cause) {
    String application = spark.sc().applicationId();
    return new Trouble(
        "%s has no executor that works: %s; look at its executors on the cluster, and run the same command again (%s=%ds bounds the wait)"
            .formatted(
                application,
                why.orElse("none has come in %d s".formatted(times.limit.toSeconds())),
                PROPERTY,
                times.limit.toSeconds()),
        cause);
  }
}
