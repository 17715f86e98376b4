package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.Main;
import org.tributary.checkpoint.FakeObjectStore;
import org.tributary.checkpoint.Store;
import org.tributary.config.ConfigReader;
import org.tributary.config.GenerateConfig;
import org.tributary.config.PartitionConfig;
import org.tributary.config.TrainConfig;
import org.tributary.fixture.Slow;
import org.tributary.generation.Generation;
import org.tributary.generation.GenerationListener;
import org.tributary.partition.Partitioning;
import org.tributary.run.RunSpec;

/**
 * Jobs in their own JVMs receive a signal in every phase. They print one line, exit with the code
 * that shells use for the signal, release the lock and do not crash in native code. The same
 * command then resumes and gives the same bits.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
@Slow
class SignalsTest {
  private static final String BUCKET = "s3a://signals/";
  private static final String STOPPING = "stopping; run the same command to resume";
  private static final long SECONDS = 120;

  @TempDir static Path dir;
  private static Path store;
  private static SparkSession spark;

  /** The files of undisturbed jobs, by job. */
  private static final Map<String, Map<String, String>> UNDISTURBED = new HashMap<>();

  @BeforeAll
  static void prepare() throws Exception {
    store = Files.createDirectories(dir.resolve("store"));
    spark =
        FakeObjectStore.set(SparkSession.builder(), FakeObjectStore.class, store)
            .master("local[2]")
            .appName("test")
            .getOrCreate();
    Tiny tiny = new Tiny(store, 9, 14);
    Path raw = Files.createDirectories(store.resolve("raw"));
    RawSets.write(raw);
    yaml(
        "train",
        tiny.yaml("run", "fedavg")
            .replaceFirst("out: .*", "out: s3a://signals/OUT")
            .replace("rounds: 3", "rounds: 1")
            .replace("data: {path: " + store + "/", "data: {path: " + BUCKET));
    yaml(
        "generate",
        """
        out: s3a://signals/OUT
        model: {path: %s, maxLength: 24}
        data: {paths: [%s], prompt: "Q {text} A"}
        decoding: {newTokens: 8}
        batch: 2
        shard: 4
        """
            .formatted(tiny.llama(), tiny.data().resolve("test")));
    yaml(
        "partition",
        """
        source: {format: csv, train: "%s"}
        out: s3a://signals/OUT
        name: set
        label: label
        clients: 3
        partitioner: {name: iid}
        """
            .formatted(raw.resolve("rows.csv")));
    for (String job : List.of("train", "generate", "partition")) {
      finish(job, "calm-" + job);
      UNDISTURBED.put(job, files("calm-" + job));
      assertThat(UNDISTURBED.get(job)).hasSizeGreaterThan(4);
    }
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static void yaml(String job, String text) throws IOException {
    Files.writeString(dir.resolve(job + ".yaml"), text);
  }

  @ParameterizedTest
  @CsvSource({
    "load,      TERM, 143, train,     open .*/data/manifest.json",
    "train,     INT,  130, train,     -",
    "merge,     TERM, 143, train,     create .*/global.safetensors",
    "evaluate,  HUP,  129, train,     open .*/global.safetensors",
    "result,    TERM, 143, train,     create .*/model/model.safetensors",
    "generate,  TERM, 143, generate,  create .*/rows/.*3.parquet",
    "partition, INT,  130, partition, create .*/client=.*/train/.*",
  })
  void aJobThatIsStoppedGoesOn(String phase, String signal, int code, String job, String hold)
      throws Exception {
    Disturbance disturbance = Disturbance.in(dir.resolve(phase));
    if (hold.equals("-")) {
      disturbance.holdUntilKilled(ClientListener.Moment.STEP, "0001", 0);
    }
    Path said = disturbance.folder().resolve("said");
    Process process = start(job, phase, hold, disturbance, said, Map.of());
    try {
      await(process, said, () -> disturbance.starts("0001", 0) > 0 || reached(disturbance));
      new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor();
      await(process, said, () -> Files.readString(said).contains(STOPPING));
      assertThat(process.isAlive() || !phase.matches("train|evaluate|generate|partition"))
          .as("tasks are waited for")
          .isTrue();
      Files.writeString(disturbance.folder().resolve("go"), "");
      assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as(Files.readString(said)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(said)).isEqualTo(code);
    List<String> lines = Files.readAllLines(said);
    assertThat(lines)
        .containsOnlyOnce(STOPPING)
        .noneMatch(line -> line.startsWith("\tat ") || line.contains("Exception"))
        .noneMatch(line -> line.matches(".* (ERROR|WARN) .*"));
    assertThat(lines.subList(lines.indexOf(STOPPING) + 1, lines.size()))
        .as("a task that ends may still be counted")
        .allMatch(line -> line.matches("[0-9]+ of [0-9]+ rows, .*"));
    assertThat(files(phase)).isNotEqualTo(UNDISTURBED.get(job));
    if (phase.equals("train")) {
      assertThat(disturbance.count(ClientListener.Moment.STEP, "0001", 0, 2)).isZero();
    }
    if (job.equals("train") && !phase.equals("load")) {
      assertThat(store.resolve(phase).resolve("lock/00000001.released")).exists();
    }

    finish(job, phase);
    assertThat(files(phase)).isEqualTo(UNDISTURBED.get(job));
  }

  /**
   * A laptop sleeps for longer than Spark waits for a heartbeat, which is two minutes by default.
   */
  @Test
  void aPausedJobGoesOn() throws Exception {
    Disturbance disturbance = Disturbance.in(dir.resolve("paused"));
    disturbance.hold(ClientListener.Moment.STEP, "0001", 0);
    Path said = disturbance.folder().resolve("said");
    Process process =
        start(
            "train",
            "paused",
            "-",
            disturbance,
            said,
            Map.of(
                "spark.executor.heartbeatInterval", "500ms",
                "spark.executor.heartbeat.maxFailures", "4",
                "spark.network.timeout", "2s",
                "spark.network.timeoutInterval", "500ms"));
    try {
      await(process, said, () -> disturbance.starts("0001", 0) > 0);
      for (String signal : List.of("STOP", "CONT")) {
        new ProcessBuilder("kill", "-" + signal, "" + process.pid()).start().waitFor();
        Thread.sleep(5_000);
      }
      disturbance.letGo(ClientListener.Moment.STEP, "0001", 0);
      assertThat(process.waitFor(SECONDS, TimeUnit.SECONDS)).as(Files.readString(said)).isTrue();
    } finally {
      process.destroyForcibly();
    }
    assertThat(process.exitValue()).as(Files.readString(said)).isZero();
    assertThat(disturbance.starts("0001", 0)).isEqualTo(1);
    assertThat(files("paused")).isEqualTo(UNDISTURBED.get("train"));
  }

  /** A condition to wait for. */
  private interface Condition {
    boolean holds() throws IOException;
  }

  private static boolean reached(Disturbance disturbance) {
    return Files.exists(disturbance.folder().resolve("reached"));
  }

  private static void await(Process process, Path said, Condition condition) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (!condition.holds()) {
      assertThat(process.isAlive() && System.nanoTime() < end).as(Files.readString(said)).isTrue();
      Thread.sleep(20);
    }
  }

  private static Process start(
      String job,
      String out,
      String hold,
      Disturbance disturbance,
      Path said,
      Map<String, String> settings)
      throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(LocalCluster.JVM_OPTIONS.strip().split("\\s+")));
    Map<String, String> properties = new TreeMap<>(settings);
    properties.put("spark.master", "local[2]");
    properties.put("spark.ui.enabled", "false");
    properties.put("java.io.tmpdir", System.getProperty("java.io.tmpdir"));
    properties.put(
        "log4j2.configurationFile", Path.of("conf/log4j2.properties").toUri().toString());
    FakeObjectStore.settings(HoldingStore.class, store)
        .forEach((key, value) -> properties.put("spark.hadoop." + key, value));
    properties.put("spark.hadoop." + HoldingStore.FOLDER, disturbance.folder().toString());
    properties.put("spark.hadoop." + HoldingStore.AT, hold);
    properties.put(ClientListener.PROPERTY, Disturbance.Listener.class.getName());
    properties.put(Disturbance.FOLDER, disturbance.folder().toString());
    properties.forEach((key, value) -> command.add("-D" + key + "=" + value));
    command.addAll(List.of("-Xmx1g", "-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(Main.class.getName(), job, dir.resolve(job + ".yaml").toString()));
    command.addAll(List.of("--set", "out=" + BUCKET + out));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(said.toFile())
        .start();
  }

  /** Runs a job, or the rest of it, in this JVM. */
  private static void finish(String job, String out) throws Exception {
    String yaml = Files.readString(dir.resolve(job + ".yaml"));
    List<String> sets = List.of("out=" + BUCKET + out);
    switch (job) {
      case "train" ->
          new Federation(spark, RoundListener.NONE)
              .train(ConfigReader.read(job, yaml, sets, TrainConfig.class, RunSpec.CHOICES));
      case "generate" ->
          new Generation(spark, GenerationListener.NONE)
              .run(ConfigReader.read(job, yaml, sets, GenerateConfig.class, Map.of()));
      default -> {
        Configuration hadoop = spark.sparkContext().hadoopConfiguration();
        Partitioning.run(
            spark,
            Store.of(hadoop),
            ConfigReader.read(job, yaml, sets, PartitionConfig.class, Partitioning.CHOICES));
      }
    }
  }

  /** Of the files that a job wrote, those that are the same in every run. */
  private static Map<String, String> files(String out) throws IOException {
    Map<String, String> found = new TreeMap<>();
    Path root = store.resolve(out);
    if (!Files.exists(root)) {
      return found;
    }
    try (Stream<Path> all = Files.walk(root)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        String name = root.relativize(file).toString();
        if (name.matches("start.*|model/.*|.*/global.safetensors|.*_SUCCESS|rows/.*|set/.*")) {
          found.put(name, Tiny.STORE.sha256(Tiny.hadoop(file)));
        }
      }
    }
    return found;
  }
}
