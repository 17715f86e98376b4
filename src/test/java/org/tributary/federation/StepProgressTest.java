package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.fixture.Slow;

/** Progress is live if clients train in the driver's JVM, without heartbeats every second. */
@Slow
class StepProgressTest {
  @TempDir Path dir;

  @Test
  @Timeout(60)
  void theDriverHearsOfEveryStepOfItsOwnJvm() throws Exception {
    Tiny tiny = new Tiny(dir, 6, 9);
    ConcurrentLinkedQueue<String> heard = new ConcurrentLinkedQueue<>();
    RoundListener listener =
        new RoundListener() {
          @Override
          public void step(int round, String client, int step, int steps, double loss) {
            assertThat(loss).isPositive();
            heard.add("round %d client %s step %d/%d".formatted(round, client, step, steps));
          }
        };
    try (SparkSession spark =
        SparkSession.builder()
            .master("local[2]")
            .config("spark.executor.heartbeatInterval", "60s")
            .config("spark.network.timeout", "600s")
            .getOrCreate()) {
      new Federation(spark, listener).train(tiny.config("steps", "fedavg", "rounds=1"));
    }
    assertThat(heard)
        .containsExactlyInAnyOrderElementsOf(
            List.of(
                "round 0 client 0000 step 1/2",
                "round 0 client 0000 step 2/2",
                "round 0 client 0001 step 1/2",
                "round 0 client 0001 step 2/2"));
  }

  @Test
  void heartbeatsAreAsOftenAsSparkHasThem() throws Exception {
    // With a heartbeat every second, one comes before a busy driver's endpoint exists: hundreds of
    // traces.
    assertThat(Files.readString(Path.of("conf/spark-local.conf"))).doesNotContain("heartbeat");
  }
}
