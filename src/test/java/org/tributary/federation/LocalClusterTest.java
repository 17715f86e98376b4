package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tributary.federation.ClientListener.Moment.COMMITTED;
import static org.tributary.federation.ClientListener.Moment.STATE_WRITTEN;
import static org.tributary.federation.ClientListener.Moment.STEP;
import static org.tributary.federation.ClientListener.Moment.UPDATE_WRITTEN;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.config.TrainConfig;
import org.tributary.fixture.Slow;
import org.tributary.generation.Generation;
import org.tributary.generation.GenerationListener;
import org.tributary.protocol.HostTensor;
import org.tributary.run.RunFolder;

/**
 * Several JVMs give the same bits as a plain loop in one JVM, even if they die at any moment of a
 * client's task.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Slow
class LocalClusterTest {
  @TempDir static Path dir;
  private static Disturbance disturbance;
  private static SparkSession spark;
  private static Tiny tiny;

  @BeforeAll
  static void open() throws Exception {
    disturbance = Disturbance.in(dir.resolve("disturbance"));
    Files.createDirectories(dir.resolve("orders"));
    spark =
        LocalCluster.open(
            KillingStore.set(SparkSession.builder(), dir, dir.resolve("orders")), disturbance, 2);
    tiny = new Tiny(dir, 11, 30, 7, 9);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @BeforeEach
  void clear() throws Exception {
    disturbance.clear();
  }

  @ParameterizedTest
  @CsvSource({"fedavg, false, 512m", "fedit, true, 0", "flexlora, true, 0"})
  void equalsThePlainLoop(String framework, boolean lora, String driverLimit) throws Exception {
    TrainConfig config =
        tiny.config(
            framework,
            framework,
            FederationTest.sets(
                lora, "client.keepOptimizer=true", "reduce.driverLimit=" + driverLimit));
    Federation.Outcome outcome = new Federation(spark, RoundListener.NONE).train(config);
    List<Map<String, HostTensor>> expected = new PlainLoop(config).run();
    assertThat(expected).as("rounds that change something").doesNotHaveDuplicates();
    for (int round = 0; round < config.rounds(); round++) {
      assertThat(Tiny.tensors(outcome.folder().global(round)))
          .as("round %d", round)
          .isEqualTo(expected.get(round));
      assertThat(disturbance.starts("0001", round)).isEqualTo(1);
    }
  }

  @Test
  void killedOnceAtAnyMoment() throws Exception {
    disturbance.killOnce(STEP, "0000", 0);
    disturbance.killOnce(STATE_WRITTEN, "0001", 0);
    disturbance.killOnce(UPDATE_WRITTEN, "0002", 1);
    disturbance.killOnce(COMMITTED, "0003", 1);
    disturbance.killOnce(COMMITTED, "0000", 2);
    TrainConfig config = tiny.config("once", "fedavg", "client.keepOptimizer=true");
    Federation.Outcome outcome =
        new Federation(spark, new OverwriteWatch(Path.of(config.out()))).train(config);
    assertThat(disturbance.isDone()).isTrue();
    List<Map<String, HostTensor>> expected = new PlainLoop(config).run();
    assertThat(expected).as("rounds that change something").doesNotHaveDuplicates();
    for (int round = 0; round < config.rounds(); round++) {
      assertThat(Tiny.tensors(outcome.folder().global(round))).isEqualTo(expected.get(round));
      assertThat(
              JsonFiles.read(Tiny.STORE, outcome.folder().accepted(round), AcceptedUpdates.class)
                  .failed())
          .isEmpty();
      for (String client : List.of("0000", "0001", "0002", "0003")) {
        assertThat(disturbance.count(COMMITTED, client, round, 2))
            .as("commits of %s in round %d", client, round)
            .isEqualTo(1);
        boolean killedBefore =
            round == 0 && (client.equals("0000") || client.equals("0001"))
                || round == 1 && client.equals("0002");
        assertThat(disturbance.starts(client, round))
            .as("starts of %s in round %d", client, round)
            .isEqualTo(killedBefore ? 2 : 1);
      }
    }
  }

  @Test
  void killedOnceInAMerge() throws Exception {
    Path order = dir.resolve("orders/once");
    Files.writeString(order, "create .*/pieces/.*");
    TrainConfig config = tiny.config("merge", "fedavg", "rounds=1", "reduce.driverLimit=0");
    TrainConfig there =
        tiny.config("merge", "fedavg", "rounds=1", "reduce.driverLimit=0", "out=s3a://merge/merge");
    new Federation(spark, RoundListener.NONE).train(there);
    assertThat(order).doesNotExist();
    RunFolder folder = new RunFolder(Tiny.hadoop(dir.resolve("merge")));
    assertThat(Tiny.tensors(folder.global(0))).isEqualTo(new PlainLoop(config).run().get(0));
  }

  /** A path relative to this JVM's working directory, which is not an executor's. */
  private static String relative(Path path) {
    return Path.of("").toAbsolutePath().relativize(path.toAbsolutePath()).toString();
  }

  @Test
  void relativePathsAreTheDriversEverywhere() throws Exception {
    TrainConfig absolute = tiny.config("relative", "fedit", Tiny.LORA);
    String[] sets = {
      Tiny.LORA[0],
      Tiny.LORA[1],
      Tiny.LORA[2],
      "out=" + relative(tiny.out("relative")),
      "model.path=" + relative(tiny.model()),
      "data.path=" + relative(tiny.data())
    };
    TrainConfig config = tiny.config("relative", "fedit", sets);
    Federation.Outcome outcome = new Federation(spark, RoundListener.NONE).train(config);
    AcceptedUpdates accepted =
        JsonFiles.read(Tiny.STORE, outcome.folder().accepted(0), AcceptedUpdates.class);
    assertThat(accepted.failed()).isEmpty();
    assertThat(Tiny.tensors(outcome.folder().global(2)))
        .isEqualTo(new PlainLoop(absolute).run().get(2));
    assertThat(Files.readString(tiny.out("relative").resolve("config.yaml")))
        .as("what is frozen is what its user wrote")
        .contains("path: \"" + relative(tiny.model()));
    assertThat(Files.readString(tiny.out("relative").resolve("adapter/adapter_config.json")))
        .as("results name the base as it was configured")
        .contains("\"base_model_name_or_path\" : \"" + relative(tiny.model()) + "\"");
    // An adapter to start from is also a path.
    TrainConfig further =
        tiny.config(
            "further",
            "fedit",
            Tiny.LORA[0],
            Tiny.LORA[1],
            Tiny.LORA[2],
            "rounds=1",
            "client.schedule.name=constant",
            "client.schedule.warmup=0",
            "framework.lora.start=" + relative(tiny.out("relative").resolve("adapter")));
    outcome = new Federation(spark, RoundListener.NONE).train(further);
    accepted = JsonFiles.read(Tiny.STORE, outcome.folder().accepted(0), AcceptedUpdates.class);
    assertThat(accepted.failed()).isEmpty();
  }

  @Test
  void aGenerationsRelativePathsAreTheDriversToo() throws Exception {
    String yaml =
        """
        out: %s
        model: {path: %s, maxLength: 64}
        data: {paths: [%s], prompt: "{text}: "}
        decoding: {newTokens: 4}
        shard: 5
        """;
    Path rows = tiny.data().resolve("client=0000/train");
    Generation generation = new Generation(spark, GenerationListener.NONE);
    Generation.Outcome outcome =
        generation.run(
            GenerateRun.config(
                yaml.formatted(
                    relative(tiny.out("answers")), relative(tiny.llama()), relative(rows))));
    assertThat(outcome.written()).isEqualTo(11);
    assertThat(tiny.out("answers").resolve("rows/_SUCCESS")).exists();
  }
}
