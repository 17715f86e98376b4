package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.FileContent;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.config.ConfigReader;
import org.tributary.config.PartitionConfig;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.executor.Staging;
import org.tributary.fixture.JobRun;
import org.tributary.fixture.Slow;
import org.tributary.generation.Generation;
import org.tributary.generation.GenerationListener;
import org.tributary.partition.Partitioning;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/** All reads and writes of jobs, on a real HDFS: the bits are the same as on the local disk. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@ExtendWith(Hdfs.Shared.class)
@Slow
class HdfsTest {
  /** The root of the same files on the local disk and on HDFS. */
  private static final String WORLD = "/a world/ü";

  private static final Map<String, String> PROPERTIES = new HashMap<>();

  @TempDir static Path dir;
  private static Hdfs hdfs;
  private static Store store;
  private static Tiny tiny;
  private static String disk;
  private static String remote;
  private SparkSession spark;

  @BeforeAll
  static void open(Hdfs shared) throws Exception {
    hdfs = shared;
    store = hdfs.store();
    Path world = dir.resolve(WORLD.substring(1));
    tiny = new Tiny(world, 9, 12);
    tiny.llama();
    Path golden = Path.of(System.getProperty("golden"), "vit");
    Path vit = Files.createDirectories(world.resolve("vit"));
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(golden.resolve(name), vit.resolve(name));
    }
    Files.writeString(vit.resolve("preprocessor_config.json"), "{}");
    ShardedModel.write(tiny.model(), Files.createDirectories(world.resolve("sharded")));
    RawSets.write(world);
    hdfs.put(world, WORLD);
    disk = "file:" + world;
    remote = hdfs.uri() + WORLD;
    PROPERTIES.put("spark.master", "local[2]");
    Hdfs.CLIENT.forEach((key, value) -> PROPERTIES.put("spark.hadoop." + key, value));
    PROPERTIES.forEach(System::setProperty);
  }

  @BeforeEach
  void session() {
    spark = SparkSession.builder().appName("test").getOrCreate(); // jobs close it
  }

  @AfterAll
  static void close() {
    SparkSession.builder().getOrCreate().stop();
    PROPERTIES.keySet().forEach(System::clearProperty);
  }

  /** A run whose paths are all below one root. */
  private static TrainConfig config(String root, String name, String framework, String... sets) {
    List<String> all = new ArrayList<>();
    all.add("rounds=1");
    all.add("client.schedule={name: constant}");
    all.add("out='%s/runs/%s'".formatted(root, name));
    all.add("model.path='%s/model'".formatted(root));
    all.add("data.path='%s/data'".formatted(root));
    all.addAll(List.of(sets));
    return tiny.config(name, framework, all.toArray(String[]::new));
  }

  private Federation.Outcome train(TrainConfig config) throws Exception {
    return new Federation(spark, RoundListener.NONE).train(config);
  }

  /** Hashes of a run's files whose bytes do not depend on time, place and attempts. */
  private static Map<String, String> bits(String out) throws IOException {
    Map<String, String> all = Hdfs.hashes(store, out);
    assertThat(all.keySet()).isNotEmpty().noneMatch(name -> name.endsWith(".tmp"));
    // adapter_config.json names the base model.
    all.keySet()
        .removeIf(name -> !name.matches("start.*|model/.*|adapter/.*s|rounds/[^/]*/global.*"));
    return all;
  }

  @ParameterizedTest
  @CsvSource({"model", "sharded"})
  void aRunLeavesTheBitsOfALocalOne(String model) throws Exception {
    for (String root : List.of(disk, remote)) {
      train(config(root, model, "fedavg", "rounds=2", "model.path='%s/%s'".formatted(root, model)));
    }
    String there = remote + "/runs/" + model;
    assertThat(bits(there)).isEqualTo(bits(disk + "/runs/" + model)).hasSizeGreaterThan(5);
    for (String table : List.of("rounds", "clients", "evals")) {
      assertThat(spark.read().parquet(there + "/tables/" + table).count())
          .as(table)
          .isEqualTo(table.equals("clients") ? 4 : 2);
    }
    try (Stream<Path> copies = Files.list(Staging.folder())) {
      assertThat(copies.map(Path::toString))
          .filteredOn(name -> name.matches(".*-(model|part-[01]).safetensors"))
          .as("of what is mapped")
          .isNotEmpty();
    }
  }

  @Test
  void adaptersGoOutAreMergedAndComeBack() throws Exception {
    Map<String, Map<String, String>> found = new TreeMap<>();
    for (String root : List.of(disk, remote)) {
      train(config(root, "lora", "fedit", Tiny.LORA));
      String adapter = root + "/runs/lora/adapter";
      String merged = root + "/merged";
      JobRun.done(
          "merge-adapter", "--model", root + "/model", "--adapter", adapter, "--out", merged);
      List<String> sets = new ArrayList<>(List.of(Tiny.LORA));
      sets.add("framework.lora.start='" + adapter + "'");
      train(config(root, "onward", "fedit", sets.toArray(String[]::new)));
      Map<String, String> all = Hdfs.hashes(store, merged);
      bits(root + "/runs/lora").forEach((name, hash) -> all.put("lora/" + name, hash));
      bits(root + "/runs/onward").forEach((name, hash) -> all.put("onward/" + name, hash));
      found.put(root, all);
    }
    assertThat(found.get(remote)).isEqualTo(found.get(disk)).hasSizeGreaterThan(8);
  }

  private void partition(String root, String format, String source, String... sets)
      throws IOException {
    String yaml =
        """
        source: {format: %s, train: "%s/%s"}
        out: "%s/parts"
        name: set
        label: label
        clients: 2
        partitioner: {name: iid}
        validation: 0.2
        test: 0.2
        """
            .formatted(format, root, source, root);
    Partitioning.run(
        spark,
        store,
        ConfigReader.read(
            "p.yaml", yaml, List.of(sets), PartitionConfig.class, Partitioning.CHOICES));
  }

  @ParameterizedTest
  @CsvSource({
    "folder, images, images, name=folder",
    "zip, images, images.zip, name=zip",
    "idx, idx, idx, name=idx",
    "pixels, parquet, of images, source.image=image",
    "lines, jsonl, json lines, name=lines",
    "gzip, jsonl, r[1].jsonl.gz, name=gzip",
    "csv, csv, rows.csv, name=csv",
  })
  void rawSetsArePartitioned(String name, String format, String source, String set)
      throws Exception {
    for (String root : List.of(disk, remote)) {
      partition(root, format, source, set, "name=" + name);
    }
    Map<String, String> found = Hdfs.hashes(store, remote + "/parts/" + name);
    assertThat(found).isEqualTo(Hdfs.hashes(store, disk + "/parts/" + name)).hasSize(7);
  }

  @Test
  void imagesAreTrainedOn() throws Exception {
    for (String root : List.of(disk, remote)) {
      partition(root, "images", "images", "name=shapes");
      train(
          config(
              root,
              "vit",
              "fedavg",
              "model.newHead=true",
              "model.path='" + root + "/vit'",
              "data.path='" + root + "/parts/shapes'"));
    }
    assertThat(bits(remote + "/runs/vit")).isEqualTo(bits(disk + "/runs/vit"));
  }

  @Test
  void answersAndLogitsAreWritten() throws Exception {
    HostTensor ids =
        new HostTensor(
            DType.I64, new long[] {1, 2}, ByteBuffer.wrap(new byte[16]).put(0, (byte) 5));
    Map<String, String> found = new TreeMap<>();
    for (String root : List.of(disk, remote)) {
      String yaml =
          """
          out: "%1$s/answers"
          seed: 3
          model: {path: "%1$s/llama", maxLength: 24}
          data: {paths: ["%1$s/data/client=0000/train"], prompt: "Q {text} A"}
          decoding: {newTokens: 4}
          shard: 4
          """
              .formatted(root);
      new Generation(spark, GenerationListener.NONE).run(GenerateRun.config(yaml));
      String in = root + "/in.safetensors";
      String out = root + "/out.safetensors";
      store.commit(store.path(in), SafeTensors.content(Map.of("input_ids", ids), Map.of()));
      JobRun.done("logits", "--model", root + "/llama", "--input", in, "--out", out);
      Map<String, String> hashes = Hdfs.hashes(store, root + "/answers/rows");
      assertThat(hashes).hasSize(4);
      hashes.put("logits", store.sha256(store.path(out)));
      found.put(root, hashes.toString());
    }
    assertThat(found.get(remote)).isEqualTo(found.get(disk));
    assertThat(spark.read().parquet(remote + "/answers/rows").count()).isEqualTo(9);
  }

  @Test
  void aDriverThatStoppedIsFollowedByOneOther() throws Exception {
    train(config(disk, "whole", "fedavg", "rounds=2", "client.keepOptimizer=true"));
    TrainConfig config =
        config(remote, "resumed", "fedavg", "rounds=2", "client.keepOptimizer=true");
    RoundListener stop =
        new RoundListener() {
          @Override
          public void phase(int round, Phase phase) {
            if (round == 1 && phase == Phase.ACCEPTED) {
              throw new IllegalStateException("stopped here");
            }
          }
        };
    assertThatThrownBy(() -> new Federation(spark, stop).train(config))
        .hasMessageContaining("stopped here");
    var lock = store.path(remote + "/runs/resumed/lock");
    try (RunLock held = RunLock.take(store, lock, "another", 1)) {
      assertThatThrownBy(() -> train(config))
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining("is in use by application another");
      held.check();
    }
    train(config);
    assertThat(bits(remote + "/runs/resumed")).isEqualTo(bits(disk + "/runs/whole"));
  }

  @Test
  void pathsWithoutASchemeAreOnTheDefaultFileSystem() throws Exception {
    train(config(disk, "by-path", "fedavg"));
    spark.stop();
    System.setProperty("spark.hadoop.fs.defaultFS", hdfs.uri());
    try {
      String yaml = remote + "/run.yaml";
      byte[] text = configurationOf(disk + "/runs/by-path");
      store.commit(store.path(yaml), FileContent.of(text));
      String model = "model.path='%s/model'".formatted(WORLD);
      String data = "data.path='%s/data'".formatted(WORLD);
      JobRun.done("train", yaml, "--set", "out=relative/run", "--set", model, "--set", data);
      String home = hdfs.files().getHomeDirectory().toString();
      assertThat(bits(home + "/relative/run")).isEqualTo(bits(disk + "/runs/by-path"));
    } finally {
      System.clearProperty("spark.hadoop.fs.defaultFS");
    }
  }

  /** The part of a finished run's configuration that a user copies to run it again. */
  private static byte[] configurationOf(String run) throws IOException {
    ObjectMapper yaml = new ObjectMapper(new YAMLFactory());
    byte[] file = store.readAll(store.path(run + "/config.yaml"));
    return yaml.writeValueAsBytes(yaml.readTree(file).path("config"));
  }
}
