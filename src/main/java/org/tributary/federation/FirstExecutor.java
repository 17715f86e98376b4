package org.tributary.federation;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.spark.SparkConf;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.error.Trouble;

/**
 * Waits until an executor has run an empty task. A cluster whose executors never come, because an
 * image is broken or nothing fits its nodes, says nothing of its own accord; here the wait is told,
 * and bounded.
 */
final class FirstExecutor {
  /** How long to wait for the first executor; a duration of Spark's, such as 30m. */
  static final String PROPERTY = "spark.tributary.firstExecutor";

  private static final Logger LOG = LoggerFactory.getLogger(FirstExecutor.class);

  private final JavaSparkContext spark;
  private final Supplier<Optional<String>> fault;
  private final Duration limit;
  private final Duration look;

  /**
   * A wait.
   *
   * @param spark whose executors are waited for
   * @param fault what the cluster says of executors that cannot start; empty for none
   * @param limit longest wait
   * @param look time between two looks at the fault; one that stands at two looks ends the wait
   */
  FirstExecutor(
      JavaSparkContext spark, Supplier<Optional<String>> fault, Duration limit, Duration look) {
    this.spark = spark;
    this.fault = fault;
    this.limit = limit;
    this.look = look;
  }

  /** Waits as the session's settings say; with a local master there is nobody to wait for. */
  static void await(JavaSparkContext spark) throws Trouble, InterruptedException {
    SparkConf conf = spark.getConf();
    if (spark.isLocal()) {
      return;
    }
    Supplier<Optional<String>> fault =
        spark.master().startsWith("k8s://") ? new ExecutorPods(conf) : Optional::empty;
    Duration limit = Duration.ofSeconds(conf.getTimeAsSeconds(PROPERTY, "30m"));
    new FirstExecutor(spark, fault, limit, Duration.ofMinutes(1)).await();
  }

  void await() throws Trouble, InterruptedException {
    spark.setJobDescription("the first executor");
    JavaFutureAction<Long> task = spark.parallelize(List.of(0), 1).countAsync();
    spark.setJobDescription(null);
    long end = System.nanoTime() + limit.toNanos();
    Optional<String> before = Optional.empty();
    while (true) {
      long wait = Math.min(look.toNanos(), Math.max(1, end - System.nanoTime()));
      try {
        task.get(wait, TimeUnit.NANOSECONDS);
        return;
      } catch (TimeoutException e) {
        Optional<String> now = fault.get();
        if (now.isPresent() && before.isPresent() || System.nanoTime() >= end) {
          task.cancel(true);
          throw trouble(now, null);
        }
        LOG.warn("no executor has come yet{}", now.map(f -> ": " + f).orElse("; waiting"));
        before = now;
      } catch (ExecutionException e) {
        if (spark.sc().isStopped()) {
          throw trouble(Optional.of("the cluster ended the application"), e);
        }
        String line = String.valueOf(e.getCause().getMessage()).lines().findFirst().orElse("");
        throw trouble(Optional.of("an empty task fails: " + line), e);
      } catch (InterruptedException e) {
        task.cancel(true);
        throw e;
      }
    }
  }

  private Trouble trouble(Optional<String> why, Throwable cause) {
    String application = spark.sc().applicationId();
    return new Trouble(
        "%s has no executor that works: %s; look at its executors on the cluster, and run the same command again (%s=%ds bounds the wait)"
            .formatted(
                application,
                why.orElse("none has come in %d s".formatted(limit.toSeconds())),
                PROPERTY,
                limit.toSeconds()),
        cause);
  }
}
