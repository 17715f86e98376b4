package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.federation.ClientListener.Moment.COMMITTED;
import static org.tributary.federation.ClientListener.Moment.STEP;

import java.nio.file.Path;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.config.TrainConfig;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;

/** The user or the cluster manager stops Spark while clients train. */
@Slow
class StoppedSparkTest {
  @TempDir Path dir;

  private static SparkSession open(Disturbance disturbance) {
    return LocalSpark.builder()
        .config(ClientListener.PROPERTY, Disturbance.Listener.class.getName())
        .config(Disturbance.FOLDER, disturbance.folder().toString())
        .getOrCreate();
  }

  @Test
  @Timeout(value = 90, unit = TimeUnit.SECONDS)
  void nobodyIsLeftOutForIt() throws Exception {
    Tiny tiny = new Tiny(dir, 11, 30, 7);
    Disturbance disturbance = Disturbance.in(dir.resolve("disturbance"));
    TrainConfig config = tiny.config("stopped", "fedavg");
    disturbance.hold(STEP, "0001", 0);
    SparkSession first = open(disturbance);
    ExecutorService driver = Executors.newSingleThreadExecutor();
    Future<?> run = driver.submit(() -> new Federation(first, RoundListener.NONE).train(config));
    while (disturbance.count(COMMITTED, "0000", 0, 2) == 0
        || disturbance.count(COMMITTED, "0002", 0, 2) == 0
        || disturbance.starts("0001", 0) == 0) {
      Thread.sleep(50);
    }
    first.stop();
    assertThatThrownBy(run::get)
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class)
        .hasMessageContaining("run again to resume");
    driver.shutdown();
    FolderSnapshot before = FolderSnapshot.of(Path.of(config.out()));
    assertThat(before.files()).doesNotContainKey("rounds/round=00000/accepted.json");

    disturbance.letGo(STEP, "0001", 0);
    SparkSession second = open(disturbance);
    try {
      Federation.Outcome outcome = new Federation(second, RoundListener.NONE).train(config);
      before.assertNothingOverwrittenBy(FolderSnapshot.of(Path.of(config.out())));
      assertThat(Tiny.tensors(outcome.folder().global(2)))
          .isEqualTo(new PlainLoop(config).run().get(2));
      assertThat(disturbance.starts("0000", 0)).isEqualTo(1);
      assertThat(disturbance.starts("0002", 0)).isEqualTo(1);
    } finally {
      second.stop();
    }
  }

  /** A notebook cancels its cell by the job group of the thread; the session goes on. */
  @Test
  @Timeout(value = 90, unit = TimeUnit.SECONDS)
  void aCancelledJobGroupEndsTheRunAndLeavesNobodyOut() throws Exception {
    Tiny tiny = new Tiny(dir, 11, 30, 7);
    Disturbance disturbance = Disturbance.in(dir.resolve("disturbance"));
    TrainConfig config = tiny.config("cancelled", "fedavg", "client.steps=400");
    try (SparkSession session = open(disturbance)) {
      ExecutorService driver = Executors.newSingleThreadExecutor();
      Future<?> run =
          driver.submit(
              () -> {
                session.sparkContext().setJobGroup("cell 7", "my training", false);
                return new Federation(session, RoundListener.NONE).train(config);
              });
      while (disturbance.starts("0001", 0) == 0) {
        Thread.sleep(50);
      }
      session.sparkContext().cancelJobGroup("cell 7");
      assertThatThrownBy(run::get)
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(InterruptedException.class)
          .hasMessageContaining("run again to resume");
      // The property of the thread is still the notebook's.
      assertThat(
              driver
                  .submit(() -> session.sparkContext().getLocalProperty("spark.jobGroup.id"))
                  .get())
          .isEqualTo("cell 7");
      driver.shutdown();
      assertThat(disturbance.count(COMMITTED, "0001", 0, 400)).isZero();

      TrainConfig shorter = tiny.config("after", "fedavg");
      Federation.Outcome outcome = new Federation(session, RoundListener.NONE).train(shorter);
      assertThat(Tiny.tensors(outcome.folder().global(2)))
          .isEqualTo(new PlainLoop(shorter).run().get(2));
    }
  }
}
