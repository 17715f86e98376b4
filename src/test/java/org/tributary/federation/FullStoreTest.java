package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.checkpoint.FakeObjectStore;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.checkpoint.Store;
import org.tributary.checkpoint.StoreTrouble;
import org.tributary.config.ConfigReader;
import org.tributary.config.PartitionConfig;
import org.tributary.config.TrainConfig;
import org.tributary.error.Trouble;
import org.tributary.evaluation.Evaluation;
import org.tributary.fixture.Slow;
import org.tributary.generation.Generation;
import org.tributary.generation.GenerationListener;
import org.tributary.partition.Partitioning;
import org.tributary.tables.RoundSummary;

/**
 * A full store stops a run with one line, at any point of the run, and no client is blamed. When
 * there is space again, the run resumes and ends with the same bits.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
@Slow
class FullStoreTest {
  @TempDir static Path dir;
  private static SparkSession spark;
  private static Tiny tiny;

  @BeforeAll
  static void open() throws Exception {
    spark =
        FakeObjectStore.set(SparkSession.builder(), FullStore.class, dir.resolve("store"))
            .master("local[1]") // one writer: the n-th write is always the same
            .appName("test")
            .config("spark.hadoop." + RunLock.SETTLE, "1") // there is no other driver
            .getOrCreate();
    tiny = new Tiny(dir, 6, 9);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @AfterEach
  void makeRoom() {
    FullStore.makeRoom();
  }

  private static TrainConfig config(String name, String framework, String... more) {
    String[] sets = Arrays.copyOf(more, more.length + 2);
    sets[more.length] = "out=s3a://full/" + name;
    sets[more.length + 1] = "rounds=1";
    return tiny.config(name, framework, sets);
  }

  private static void train(TrainConfig config) throws Exception {
    new Federation(spark, RoundListener.NONE).train(config);
  }

  private static String[] sets(String framework) {
    return framework.equals("fedit")
        ? Stream.concat(
                Arrays.stream(Tiny.LORA),
                Stream.of("store.patience=0", "reduce.driverLimit=1", "client.keepOptimizer=true"))
            .toArray(String[]::new)
        : new String[] {"store.patience=0"};
  }

  @ParameterizedTest
  @ValueSource(strings = {"fedavg", "fedit"})
  void aRunIsTheSameAtWhateverWriteItsStoreWasFull(String framework) throws Exception {
    FullStore.makeRoom();
    train(config(framework, framework, sets(framework)));
    int writes = FullStore.writes();
    Map<String, String> expected = files(framework);
    assertThat(writes).isGreaterThan(expected.size()); // without the lock's files
    for (int n = 1; n <= writes; n++) {
      String name = framework + n;
      TrainConfig config = config(name, framework, sets(framework));
      FullStore.fullFrom(n);
      Throwable thrown = catchThrowable(() -> train(config));
      FullStore.makeRoom();
      if (n < writes) { // the last releases the lock, which needs no file
        assertThat(Trouble.in(thrown)).as("write %d: %s", n, thrown).isPresent();
        assertThat(Trouble.in(thrown).get())
            .hasMessageStartingWith("s3a://full/" + name + "/")
            .hasMessageContainingAll("No space left on device", " needed", "make room and run")
            .hasMessageNotContaining("\n");
      } else {
        assertThat(thrown).isNull();
      }
      train(config);
      assertThat(files(name)).as("after write %d", n).isEqualTo(expected);
    }
  }

  /** A job that writes into a folder of the store. */
  private interface Job {
    void run(String out) throws Exception;
  }

  private static void sweep(String name, Job job) throws Exception {
    FullStore.makeRoom();
    job.run(name);
    int writes = FullStore.writes();
    Map<String, String> expected = hashes(name);
    assertThat(expected).hasSize(writes);
    for (int n = 1; n <= writes; n++) {
      String out = name + n;
      FullStore.fullFrom(n);
      Throwable thrown = catchThrowable(() -> job.run(out));
      FullStore.makeRoom();
      assertThat(StoreTrouble.in(thrown)).as("write %d: %s", n, thrown).isPresent();
      assertThat(StoreTrouble.in(thrown).get())
          .hasMessageContainingAll(out, "No space left on device", "make room and run")
          .hasMessageNotContaining("\n");
      job.run(out);
      assertThat(hashes(out)).as("after write %d", n).isEqualTo(expected);
    }
  }

  @Test
  void answersAreTheSameAtWhateverWriteTheirStoreWasFull() throws Exception {
    String yaml =
        """
        out: s3a://full/OUT
        model: {path: %s, maxLength: 24}
        data: {paths: [%s], prompt: "Q {text} A"}
        decoding: {newTokens: 2}
        shard: 20
        store: {patience: 0}
        """
            .formatted(tiny.llama(), tiny.data().resolve("test"));
    sweep(
        "answers",
        out ->
            new Generation(spark, GenerationListener.NONE)
                .run(GenerateRun.config(yaml, "out=s3a://full/" + out)));
  }

  @Test
  void partsAreTheSameAtWhateverWriteTheirStoreWasFull() throws Exception {
    Path rows = Files.createDirectories(dir.resolve("rows")).resolve("rows.csv");
    StringBuilder text = new StringBuilder("text,label\n");
    for (int row = 0; row < 30; row++) {
      text.append("text ").append(row).append(row % 2 == 0 ? ",x\n" : ",y\n");
    }
    Files.writeString(rows, text);
    String yaml =
        """
        source: {format: csv, train: "%s"}
        out: s3a://full/OUT
        name: set
        label: label
        clients: 2
        partitioner: {name: iid}
        store: {patience: 0}
        """
            .formatted(rows);
    sweep(
        "parts",
        out ->
            Partitioning.run(
                spark,
                Store.of(spark.sparkContext().hadoopConfiguration()),
                ConfigReader.read(
                    "p.yaml",
                    yaml,
                    List.of("out=s3a://full/" + out),
                    PartitionConfig.class,
                    Partitioning.CHOICES)));
  }

  @Test
  void aStoreThatHasRoomAgainInTimeIsWaitedFor() throws Exception {
    FullStore.makeRoom();
    train(config("calm", "fedavg"));
    Map<String, String> expected = files("calm");
    FullStore.fullFrom(5, 2);
    train(config("waited", "fedavg", "store.patience=30"));
    assertThat(files("waited")).isEqualTo(expected);
    try (Stream<Path> updates = Files.list(store("waited/rounds/round=00000/updates"))) {
      assertThat(updates).hasSize(2); // one attempt per client: none trained twice
    }
  }

  private static Path store(String name) {
    return dir.resolve("store").resolve(name);
  }

  /** The output of a job whose files have equal bytes in every run, except for its own times. */
  private static Map<String, String> hashes(String out) throws IOException {
    Map<String, String> found = new TreeMap<>();
    try (Stream<Path> all = Files.walk(store(out))) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        boolean same = !file.endsWith("config.yaml");
        found.put(
            store(out).relativize(file).toString(),
            same ? Tiny.STORE.sha256(Tiny.hadoop(file)) : "");
      }
    }
    return found;
  }

  /**
   * The output of a run: hashes of the files that are the same in every run, and names of the
   * others.
   */
  private static Map<String, String> files(String run) throws IOException {
    Map<String, String> found = new TreeMap<>();
    Path root = store(run);
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = root.relativize(file).toString();
        if (name.startsWith("lock/")) {
          continue;
        }
        boolean same = name.matches("start.*|model/.*|adapter/.*|.*/global.safetensors|.*_SUCCESS");
        found.put(
            name.replaceAll("local-[0-9]+-[0-9]+", "ATTEMPT")
                .replaceAll("^(tables/.*/)" + run + "-", "$1RUN-"),
            same ? Tiny.STORE.sha256(Tiny.hadoop(file)) : measured(file));
      }
    }
    return found;
  }

  /** Those numbers of a round that do not depend on the clock. */
  private static String measured(Path file) throws IOException {
    if (!file.endsWith("round.json")) {
      return "";
    }
    RoundSummary s = JsonFiles.read(Tiny.STORE, Tiny.hadoop(file), RoundSummary.class);
    return "%s %s %s %s"
        .formatted(
            s.accepted(),
            s.failed(),
            s.loss(),
            s.evaluations().stream().map(Evaluation::scores).toList());
  }
}
