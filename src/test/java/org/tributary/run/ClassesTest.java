package org.tributary.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.PeftNotes;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.config.ConfigReader;
import org.tributary.config.PartitionConfig;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.federation.Federation;
import org.tributary.federation.RoundListener;
import org.tributary.federation.RunChecks;
import org.tributary.federation.Tiny;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.LoggedWarnings;
import org.tributary.fixture.Slow;
import org.tributary.partition.Partitioning;
import org.tributary.protocol.HostTensor;
import org.tributary.tables.RunReport;

/**
 * Which class is which row of a classifier, on typical checkpoints: with a class that config.json
 * does not name, without names, with numbers in the data, with heads for other tasks. Losses are
 * those of transformers 5.18 on the same rows.
 */
@Slow
class ClassesTest {
  private static final String NAMELESS = "02-classifier-without-architectures";
  private static final String NUMBERS = "18-ints-against-id2label";
  private static final String ANSWERS = "19-bert-question-answering-base";

  @TempDir static Path dir;
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @BeforeAll
  static void open() throws Exception {
    for (String name : List.of(NAMELESS, NUMBERS)) {
      Path rows = GoldenCases.of("../cases/" + name + "/rows.jsonl");
      PartitionConfig config =
          ConfigReader.read(
              "p.yaml",
              Files.readString(rows.resolveSibling("p.yaml")),
              List.of("source.train=" + rows, "out=" + dir.resolve(name)),
              PartitionConfig.class,
              Partitioning.CHOICES);
      Partitioning.run(SPARK.session(), Tiny.STORE, config);
    }
  }

  /** A case's model, with some keys of its config.json removed and others set. */
  private static Path model(String name, String without, String with) throws IOException {
    Path folder = Files.createTempDirectory(dir, "model");
    Path from = GoldenCases.of("../cases/" + name + "/model");
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, folder.resolve(file.getFileName()));
      }
    }
    ObjectNode config = (ObjectNode) JSON.readTree(from.resolve("config.json").toFile());
    config.remove(List.of(without.split(" ")));
    config.setAll((ObjectNode) JSON.readTree(with));
    JSON.writeValue(folder.resolve("config.json").toFile(), config);
    return folder;
  }

  private static TrainConfig config(String name, Path model, String... sets) throws IOException {
    String set = name.equals(ANSWERS) ? NAMELESS : name;
    List<String> all =
        new ArrayList<>(
            List.of(
                "model.path=" + model,
                "data.path=" + dir.resolve(set).resolve("set"),
                "out=" + Files.createTempDirectory(dir, "runs").resolve("run")));
    all.addAll(Arrays.asList(sets));
    return ConfigReader.read(
        "t.yaml",
        Files.readString(GoldenCases.of("../cases/" + name + "/t.yaml")),
        all,
        TrainConfig.class,
        RunSpec.CHOICES);
  }

  private static RunFolder run(TrainConfig config) throws Exception {
    return new Federation(SPARK.session(), RoundListener.NONE).train(config).folder();
  }

  private static double loss(RunFolder run) throws IOException {
    return RunReport.of(Tiny.STORE, run).score("test", "loss");
  }

  private static JsonNode saved(RunFolder run) throws IOException {
    return JSON.readTree(Path.of(run.model().toUri()).resolve("config.json").toFile());
  }

  private static void refused(String name, Path model, String set, String... parts)
      throws IOException {
    TrainConfig config = set.isEmpty() ? config(name, model) : config(name, model, set);
    assertThatThrownBy(() -> run(config))
        .isInstanceOf(WrongInput.class)
        .hasMessageContainingAll(parts);
    assertThat(Path.of(config.out())).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(strings = {"{}", "{\"architectures\": [\"BertModel\"]}"})
  void aKeptClassifiersNamesCountWhateverClassConfigJsonNames(String with) throws Exception {
    RunFolder run = run(config(NAMELESS, model(NAMELESS, "architectures", with)));
    assertThat(loss(run)).isEqualTo(2.2407892, offset(1e-5));
    JsonNode config = saved(run);
    assertThat(config.path("architectures").path(0).asText())
        .isEqualTo("BertForSequenceClassification");
    assertThat(config.path("id2label").toString())
        .isEqualTo("{\"0\":\"wish\",\"1\":\"bug\",\"2\":\"ask\"}");
    assertThat(Files.readString(Path.of(run.model().toUri()).resolve("README.md")))
        .contains("    \"wish\"\n    \"bug\"\n    \"ask\"\n");
  }

  @Test
  void aKeptClassifierWithoutNamesNeedsThemFromTheConfiguration() throws Exception {
    Path model = model(NAMELESS, "id2label label2id", "{}");
    refused(
        NAMELESS,
        model,
        "",
        "has a classifier of 3 rows, and nothing in its config.json (id2label) says",
        "data.classes",
        "data.classNumbers=true",
        "model.newHead=true");
    RunFolder run = run(config(NAMELESS, model, "data.classes=[wish, bug, ask]"));
    assertThat(loss(run)).isEqualTo(2.2407892, offset(1e-5));
    assertThat(saved(run).path("id2label").toString())
        .isEqualTo("{\"0\":\"wish\",\"1\":\"bug\",\"2\":\"ask\"}");

    String[] lora = {
      "data.classes=[wish, bug, ask]", "framework={name: fedit, lora: {rank: 2, targets: [query]}}"
    };
    RunFolder adapted = run(config(NAMELESS, model, lora));
    assertThat(loss(adapted)).isEqualTo(2.2407892, offset(1e-5));
    PeftAdapter adapter = PeftAdapter.read(Tiny.STORE, adapted.adapter());
    assertThat(PeftNotes.labels(adapter)).containsExactly("wish", "bug", "ask");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[wish, bug]           | has no \"ask\", a label of the data",
        "[wish, bug, ask, huh] | names 4 classes, but the classifier of",
        "[ask, bug, wish]      | has \"ask\" at row 0, but id2label in config.json of",
        "[wish, bug, ask, ask] | names a label twice",
      })
  void classesThatDoNotFitAreRefused(String classes, String message) throws Exception {
    assertThatThrownBy(
            () -> run(config(NAMELESS, model(NAMELESS, "", "{}"), "data.classes=" + classes)))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("classes: ")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"id2label\": {\"1\": \"wish\", \"2\": \"bug\", \"3\": \"ask\"}} | none for row 0",
        "{\"label2id\": {\"wish\": 1, \"bug\": 0, \"ask\": 2}} | \"wish\" at row 0, label2id at row 1",
        "{\"id2label\": {\"0\": \"wish\", \"1\": \"bug\", \"2\": \"ask\", \"3\": \"ask\"}} | two classes \"ask\"",
      })
  void namesThatContradictThemselvesAreRefused(String with, String message) throws Exception {
    refused(NAMELESS, model(NAMELESS, "", with), "", message, "config.json");
  }

  @Test
  void numbersMeanRowsWhereTheConfigurationSaysSo() throws Exception {
    Path model = model(NUMBERS, "", "{}");
    refused(
        NUMBERS,
        model,
        "",
        "label \"0\" of the data is unknown to the model, whose classes are [NEGATIVE, POSITIVE]",
        "set data.classNumbers=true");
    RunFolder run = run(config(NUMBERS, model, "data.classNumbers=true"));
    assertThat(loss(run)).isEqualTo(0.6635268, offset(1e-5));
    assertThat(saved(run)).isEqualTo(JSON.readTree(model.resolve("config.json").toFile()));
    double reversed = loss(run(config(NUMBERS, model, "data.classes=['1', '0']")));
    assertThat(reversed).isNotCloseTo(0.6635268, offset(1e-2));

    Path unnamed = model(NUMBERS, "id2label label2id", "{}");
    RunFolder plain = run(config(NUMBERS, unnamed));
    assertThat(loss(plain)).as("transformers' own names").isEqualTo(0.6635268, offset(1e-5));
    assertThat(saved(plain).path("id2label").path("1").asText()).isEqualTo("LABEL_1");
    refused(
        NAMELESS, model(NAMELESS, "", "{}"), "data.classNumbers=true", "label \"ask\"", "0 to 2");
    assertThatThrownBy(
            () -> config(NUMBERS, model, "data.classNumbers=true", "data.classes=['0', '1']"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("both bind labels to the classifier's rows; remove one");
  }

  /** One for every family that classifies, with the classes of its golden case. */
  @ParameterizedTest
  @ValueSource(strings = {"bert", "vit", "siglip"})
  void everyFamilysNamesAreItsCheckpoints(String family) throws Exception {
    HuggingFaceFolder folder =
        HuggingFaceFolder.open(Tiny.STORE, Tiny.hadoop(GoldenCases.of(family)));
    CheckpointHead head = new CheckpointHead(folder, folder.tensors(), false);
    assertThat(head.isKept()).isTrue();
    List<String> named = new ArrayList<>();
    folder.config().path("id2label").forEach(name -> named.add(name.asText()));
    assertThat(head.names()).isEqualTo(named).hasSize(head.rows());
  }

  @Test
  void aNewClassifierTakesThePlaceOfOtherHeads() throws Exception {
    Path answers = model(ANSWERS, "", "{}");
    try (LoggedWarnings warnings = LoggedWarnings.of(Federation.class, RunChecks.class)) {
      RunFolder run = run(config(ANSWERS, answers));
      assertThat(warnings.heard())
          .singleElement()
          .asString()
          .contains("takes the place of 2 tensors of other heads, such as qa_outputs.bias");
      assertThat(Tiny.tensors(new org.apache.hadoop.fs.Path(run.model(), "model.safetensors")))
          .containsKeys("classifier.weight", "bert.pooler.dense.weight")
          .doesNotContainKeys("qa_outputs.weight", "qa_outputs.bias");
      assertThat(saved(run).path("architectures").path(0).asText())
          .isEqualTo("BertForSequenceClassification");
    }
  }

  /** What BERT and ViT have for other tasks, besides what a classifier needs. */
  @ParameterizedTest
  @CsvSource({
    "bert, cls.predictions.bias, BertForMaskedLM",
    "bert, cls.seq_relationship.weight, BertForPreTraining",
    "bert, qa_outputs.weight, BertForQuestionAnswering",
    "vit, decoder.0.weight, ViTForMaskedImageModeling",
    "vit, vit.embeddings.mask_token, ViTForMaskedImageModeling",
    "vit, vit.pooler.dense.weight, ViTModel",
  })
  void headsOfOtherTasksAreNoObstacle(String family, String tensor, String name) throws Exception {
    HuggingFaceFolder folder =
        HuggingFaceFolder.open(Tiny.STORE, Tiny.hadoop(GoldenCases.of(family)));
    Map<String, HostTensor> weights = new TreeMap<>(folder.weights());
    weights.keySet().removeIf(n -> n.startsWith("classifier"));
    weights.put(tensor, HostTensor.of(new float[2], 2));
    Path other = Files.createTempDirectory(dir, "other");
    ObjectNode config = folder.config();
    config.putArray("architectures").add(name);
    JSON.writeValue(other.resolve("config.json").toFile(), config);
    Tiny.STORE.commit(
        Tiny.hadoop(other.resolve("model.safetensors")), SafeTensors.content(weights, Map.of()));
    BaseModel base =
        BaseModel.open(
            Tiny.STORE,
            new org.tributary.config.ModelSection(other.toString(), null, null, 16, false));
    base.check();
    assertThat(base.head().isKept()).isFalse();
    assertThat(base.architecture().isOfOtherHead(tensor)).isTrue();
    assertThat(base.used()).doesNotContainKey(tensor);
  }
}
