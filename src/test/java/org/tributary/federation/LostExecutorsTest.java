package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.Store;
import org.tributary.config.ConfigReader;
import org.tributary.config.PartitionConfig;
import org.tributary.config.TrainConfig;
import org.tributary.error.Trouble;
import org.tributary.fixture.Slow;
import org.tributary.generation.Generation;
import org.tributary.generation.GenerationListener;
import org.tributary.partition.Partitioning;

/**
 * Executors are killed until the run ends, and no client can be the cause. The run reports this in
 * one line. The same command then resumes the run and gives the same bits.
 */
@Timeout(value = 150, unit = TimeUnit.SECONDS)
@Slow
class LostExecutorsTest {
  private static final String BUCKET = "s3a://lost/";

  @TempDir static Path dir;
  private static Path store;
  private static Path orders;
  private static SparkSession spark;
  private static Tiny tiny;

  @BeforeAll
  static void open() throws Exception {
    store = Files.createDirectories(dir.resolve("store"));
    orders = Files.createDirectories(dir.resolve("orders"));
    SparkSession.Builder builder = KillingStore.set(SparkSession.builder(), store, orders);
    spark = LocalCluster.open(builder, Disturbance.in(dir.resolve("disturbance")), 1);
    tiny = new Tiny(store, 6, 9);
    RawSets.write(Files.createDirectories(store.resolve("raw")));
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @AfterEach
  void letLive() throws IOException {
    Files.deleteIfExists(orders.resolve("always"));
  }

  private static void run(String job, String out) throws Exception {
    switch (job) {
      case "train" -> train(out);
      case "generate" ->
          new Generation(spark, GenerationListener.NONE)
              .run(
                  GenerateRun.config(
                      """
                      out: %s
                      model: {path: %s, maxLength: 24}
                      data: {paths: [%s], prompt: "Q {text} A"}
                      decoding: {newTokens: 2}
                      shard: 20
                      """
                          .formatted(BUCKET + out, tiny.llama(), tiny.data().resolve("test"))));
      default ->
          Partitioning.run(
              spark,
              Store.of(spark.sparkContext().hadoopConfiguration()),
              ConfigReader.read(
                  "p.yaml",
                  """
                  source: {format: csv, train: %sraw/rows.csv}
                  out: %s
                  name: set
                  label: label
                  clients: 2
                  partitioner: {name: iid}
                  """
                      .formatted(BUCKET, BUCKET + out),
                  List.of(),
                  PartitionConfig.class,
                  Partitioning.CHOICES));
    }
  }

  private static void train(String out) throws Exception {
    TrainConfig config =
        tiny.config(out, "fedavg", "out=" + BUCKET + out, "rounds=1", "reduce.driverLimit=1");
    new Federation(spark, RoundListener.NONE).train(config);
  }

  /** Of the files that a job wrote, those that are the same in every run. */
  private static Map<String, String> files(String out) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> all = Files.walk(store.resolve(out))) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = store.resolve(out).relativize(file).toString();
        if (name.matches("start.*|model/.*|.*/global.safetensors|.*_SUCCESS|rows/.*|set/.*")) {
          found.put(name, Tiny.STORE.sha256(Tiny.hadoop(file)));
        }
      }
    }
    return found;
  }

  @ParameterizedTest
  @CsvSource({
    "train,     open .*/global.safetensors, round 1: evaluation on test rows",
    "generate,  create .*/rows/.*,          writing answers",
    "partition, open .*/raw/rows.csv,       hashing the sources",
  })
  void whoIsKilledToTheEndIsToldInOneLine(String job, String at, String what) throws Exception {
    run(job, "calm-" + job);
    String out = what.replaceAll("[ :]+", "-");
    Files.writeString(orders.resolve("always"), at);
    Throwable thrown = catchThrowable(() -> run(job, out));
    letLive();
    assertThat(Trouble.in(thrown)).as("%s", thrown).isPresent();
    assertThat(Trouble.in(thrown).get())
        .hasMessage(
            what
                + ": an executor was lost 1 times with the same task, from outside (Command exited"
                + " with code 137): if it was killed for memory, give executors more"
                + " (spark.executor.memoryOverhead); run the same command again: what is done is"
                + " kept");
    assertThat(store.resolve(out).resolve("rounds/round=00000/_SUCCESS")).doesNotExist();
    assertThat(store.resolve(out).resolve("rows/_SUCCESS")).doesNotExist();
    run(job, out);
    assertThat(files(out)).isEqualTo(files("calm-" + job));
  }
}
