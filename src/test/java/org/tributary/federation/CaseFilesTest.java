package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.config.ConfigReader;
import org.tributary.config.PartitionConfig;
import org.tributary.config.TrainConfig;
import org.tributary.evaluation.CheckpointLogits;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.JobRun;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.model.Precision;
import org.tributary.partition.Partitioning;
import org.tributary.protocol.HostTensor;
import org.tributary.rows.Manifest;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.run.RunFolder;
import org.tributary.run.RunSpec;
import org.tributary.tables.RunReport;

/**
 * Files as users have them, with the configuration that users write for them. Each case gives the
 * rows of the files, and the loss or the logits that transformers 5.18 and peft 0.21 compute.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@Slow
class CaseFilesTest {
  @TempDir Path dir;
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  private static Path file(String name) {
    return GoldenCases.of("../cases/" + name);
  }

  /** Partitions by a case's p.yaml, its source made absolute, into the folder of this test. */
  private Manifest partition(String name, Path source, String... sets) throws IOException {
    List<String> all = new ArrayList<>(List.of("out=" + dir, "name=set"));
    all.addAll(Arrays.asList(sets));
    String yaml =
        Files.readString(file(name).resolve("p.yaml"))
            .replaceAll("(train|test): ([a-z][a-z.]+)\\n", "$1: '" + source + "'\n");
    PartitionConfig config =
        ConfigReader.read("p.yaml", yaml, all, PartitionConfig.class, Partitioning.CHOICES);
    return Partitioning.run(SPARK.session(), Tiny.STORE, config).manifest();
  }

  private List<Row> rows(Manifest.Part part) throws IOException {
    List<Row> rows = new ArrayList<>();
    ParquetRows.forEach(
        Tiny.STORE, Tiny.hadoop(dir.resolve("set").resolve(part.file())), List.of(), rows::add);
    return rows;
  }

  /**
   * Trains on the partitioned data at a rate that leaves the model unchanged in float precision.
   */
  private double loss(Path model, String... sets) throws Exception {
    List<String> all =
        new ArrayList<>(
            List.of(
                "model.path=" + model,
                "data.path=" + dir.resolve("set"),
                "out=" + dir.resolve("run")));
    all.addAll(Arrays.asList(sets));
    TrainConfig config =
        ConfigReader.read(
            "t.yaml",
            Files.readString(file("05-do-lower-case-against-tokenizer-json").resolve("t.yaml")),
            all,
            TrainConfig.class,
            RunSpec.CHOICES);
    RunFolder run = new Federation(SPARK.session(), RoundListener.NONE).train(config).folder();
    return RunReport.of(Tiny.STORE, run).score("test", "loss");
  }

  /** BertTokenizer lowercases text unless configured otherwise, regardless of tokenizer.json. */
  @Test
  void tokenizerClassCountsAsInTransformers() throws Exception {
    Path folder = file("05-do-lower-case-against-tokenizer-json");
    Path rows = folder.resolve("rows.jsonl");
    Manifest manifest = partition(folder.getFileName().toString(), rows);
    assertThat(manifest.test().rows()).isEqualTo(12);
    assertThat(loss(folder.resolve("model"))).isEqualTo(1.1391938215671489, offset(1e-5));
  }

  @Test
  void aFileWithColonsInItsNameIsRead() throws Exception {
    String name = "06-colon-in-file-name";
    Path rows = file(name).resolve("rows.jsonl");
    Path data = Files.createDirectories(dir.resolve("data"));
    Path colons = Files.copy(rows, data.resolve("export_2024-05-01T12:30:00.jsonl"));
    for (Path train : List.of(data, colons)) {
      Manifest manifest = partition(name, train);
      assertThat(manifest.sources()).isEqualTo(Map.of("train", 46L));
      assertThat(manifest.labels()).containsExactly("ask", "bug", "wish");
      assertThat(manifest.clients()).hasSize(2);
    }
  }

  @Test
  void testFilesBesideTrainFilesAreTheTestSet() throws Exception {
    String name = "08-hub-folder-train-and-test";
    Path data = file(name).resolve("data");
    Manifest manifest = partition(name, data);
    assertThat(manifest.sources()).isEqualTo(Map.of("train", 24L, "test", 6L));
    assertThat(rows(manifest.test()))
        .hasSize(6)
        .allMatch(row -> row.text("text").startsWith("test note "));
    List<Row> trained = new ArrayList<>();
    for (Manifest.Client client : manifest.clients().values()) {
      trained.addAll(rows(client.train()));
    }
    assertThat(trained).hasSize(24).allMatch(row -> row.text("text").startsWith("note "));
  }

  @Test
  void ownersInTheNamesOfFoldersAreClients() throws Exception {
    String name = "23-hive-partitioned-folder";
    Manifest manifest = partition(name, file(name).resolve("hive"), "test=0.0");
    assertThat(manifest.clients()).containsOnlyKeys("lyon", "oslo", "rome");
    for (Map.Entry<String, Manifest.Client> client : manifest.clients().entrySet()) {
      assertThat(rows(client.getValue().train()))
          .hasSize(20)
          .allMatch(row -> row.text("office").equals(client.getKey()));
    }
  }

  /** The loss is that of {@code golden-scripts/chat_cases.py} on the same conversations. */
  @Test
  void conversationsInParquetAreTrained() throws Exception {
    String name = "25-messages-in-parquet";
    Path rows = file(name).resolve("rows.parquet");
    Manifest manifest = partition(name, rows, "source.test='" + rows + "'", "test=0.0");
    assertThat(manifest.test().rows()).isEqualTo(40);
    assertThat(rows(manifest.test()).get(0).text("messages"))
        .startsWith("[{\"role\":\"user\",\"content\":\"");
    Path model = Files.createDirectories(dir.resolve("model"));
    for (String from : List.of("config.json", "model.safetensors", "tokenizer.json")) {
      Files.copy(file("chat").resolve(from), model.resolve(from));
    }
    for (String from : List.of("tokenizer_config.json", "generation_config.json")) {
      Files.copy(file("chat").resolve(from), model.resolve(from));
    }
    Files.copy(file("chat").resolve("10.jinja"), model.resolve("chat_template.jinja"));
    double loss = loss(model, "data.prompt=chat", "data.messages=messages", "model.maxLength=128");
    assertThat(loss).isEqualTo(6.633143809541489, offset(1e-5));
  }

  /** The logits are those of {@code golden-scripts/tied_head.py}. */
  @Test
  void anAdapterOnATiedHeadIsMergedIntoTheHeadAlone() throws Exception {
    Path folder = file("11-tied-head-advice");
    Path merged = dir.resolve("merged");
    JobRun.done(
        "merge-adapter",
        "--model",
        folder.resolve("model").toString(),
        "--adapter",
        folder.resolve("adapter").toString(),
        "--out",
        merged.toString());
    Map<String, HostTensor> golden = SafeTensors.map(folder.resolve("peft.safetensors"));
    Map<String, HostTensor> inputs = Map.of("input_ids", golden.get("input_ids"));
    float[] found =
        CheckpointLogits.open(Tiny.STORE, merged.toString(), null, null)
            .of("peft.safetensors", inputs, dir, Precision.FLOAT32)
            .toFloats();
    assertThat(found).containsExactly(golden.get("logits").toFloats(), offset(1e-4f));
    assertThat(new TreeSet<>(SafeTensors.map(merged.resolve("model.safetensors")).keySet()))
        .contains("lm_head.weight", "model.embed_tokens.weight");
  }
}
