package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.PeftConfig;
import org.tributary.checkpoint.PeftNotes;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.LoggedWarnings;
import org.tributary.fixture.Slow;
import org.tributary.model.Pooling;
import org.tributary.protocol.HostTensor;
import org.tributary.rows.ParquetReading;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.run.Blueprint;
import org.tributary.run.RunFolder;
import org.tributary.tables.RunReport;
import org.tributary.tables.TablesFolder;

/** A run continues with a classifier on the same pooled vector that it was trained with. */
@Slow
class PoolingTest {
  private static final List<String> LABELS = List.of("genetic", "symptoms", "treatment");

  @TempDir static Path dir;
  private static Tiny tiny;

  @BeforeAll
  static void write() throws Exception {
    tiny = new Tiny(dir, 9, 12);
  }

  /** The tiny BERT with a classifier for the data's labels. */
  private static Path headed(String noted) throws IOException {
    Path folder = Files.createTempDirectory(dir, "headed");
    Files.copy(tiny.model().resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
    ObjectNode config = (ObjectNode) JSON.readTree(tiny.model().resolve("config.json").toFile());
    ObjectNode names = config.putObject("id2label");
    for (int i = 0; i < LABELS.size(); i++) {
      names.put(Integer.toString(i), LABELS.get(i));
    }
    if (noted != null) {
      config.put("tributary_pooling", noted);
    }
    JSON.writeValue(folder.resolve("config.json").toFile(), config);
    Map<String, HostTensor> weights =
        new TreeMap<>(SafeTensors.map(tiny.model().resolve("model.safetensors")));
    weights.putAll(head());
    Tiny.STORE.commit(
        Tiny.hadoop(folder.resolve("model.safetensors")), SafeTensors.content(weights, Map.of()));
    return folder;
  }

  private static Map<String, HostTensor> head() {
    return Map.of(
        "classifier.weight", HostTensor.of(new float[3 * 32], 3, 32),
        "classifier.bias", HostTensor.of(new float[3], 3));
  }

  private static Pooling pooling(Path model, String... sets) throws IOException {
    List<String> all = new ArrayList<>(List.of("model.path=" + model));
    all.addAll(List.of(sets));
    return new Blueprint(Tiny.STORE, tiny.config("x", "fedavg", all.toArray(String[]::new)))
        .architecture()
        .pooling();
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {"none, CLS", "mean, MEAN", "cls, CLS"})
  void aClassifierKeepsWhatItWasTrainedWith(String noted, Pooling expected) throws Exception {
    Path model = headed(noted);
    assertThat(pooling(model)).isEqualTo(expected);
    assertThat(pooling(model, "model.pooling=" + expected.key())).isEqualTo(expected);
    Pooling other = expected == Pooling.CLS ? Pooling.MEAN : Pooling.CLS;
    assertThatThrownBy(() -> pooling(model, "model.pooling=" + other.key()))
        .isInstanceOf(WrongInput.class)
        .hasMessageContainingAll(
            "model.pooling: the classifier of",
            "was trained with " + expected.key(),
            "model.newHead=true");
    assertThat(pooling(model, "model.newHead=true")).isEqualTo(Pooling.CLS);
    assertThat(pooling(model, "model.newHead=true", "model.pooling=" + other.key()))
        .isEqualTo(other);
  }

  @Test
  void aNoteThatIsNoneIsRefused() throws Exception {
    Path model = headed("max");
    assertThatThrownBy(() -> pooling(model))
        .isInstanceOf(WrongInput.class)
        .hasMessageContainingAll(
            model.toString(), "tributary_pooling \"max\"", "mean, cls, attention");
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "none",
      value = {"none, cls, mean", "mean, mean, cls", "cls, cls, mean"})
  void anAdaptersClassifierKeepsItToo(String noted, String good, String bad) throws Exception {
    Path folder = Files.createTempDirectory(dir, "adapter");
    Files.delete(folder);
    Map<String, HostTensor> tensors = new TreeMap<>(head());
    for (int i = 0; i < 2; i++) {
      for (String part : List.of("query", "value")) {
        String layer = "bert.encoder.layer." + i + ".attention.self." + part;
        tensors.put(layer + ".lora_A.weight", HostTensor.of(new float[3 * 32], 3, 32));
        tensors.put(layer + ".lora_B.weight", HostTensor.of(new float[32 * 3], 32, 3));
      }
    }
    PeftConfig config =
        new PeftConfig(
            3,
            6,
            false,
            PeftConfig.Targets.of(List.of("query", "value")),
            List.of("classifier"),
            Map.of(),
            Map.of(),
            false,
            "bert",
            null,
            "SEQ_CLS");
    Map<String, String> notes = noted == null ? Map.of() : PeftNotes.of(LABELS, noted);
    new PeftAdapter(config, tensors, notes).write(Tiny.STORE, Tiny.hadoop(folder));
    assertThat(begin(folder, good)).containsKey("classifier.weight");
    assertThatThrownBy(() -> begin(folder, bad))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(
            "its pooling is %s, the run's is %s; set model.pooling".formatted(good, bad));
  }

  @Test
  void aClassifierThatTransformersWouldComputeOtherwiseIsSaid() throws Exception {
    assertThat(warnings("told-nothing")).isEmpty();
    assertThat(card("told-nothing")).contains("| pooling | `cls` |").doesNotContain("differ");
    assertThat(warnings("cls", "model.pooling=cls")).isEmpty();
    for (String[] other :
        new String[][] {
          {"chosen", "model.pooling=mean"}, {"kept", "model.path=" + headed("mean")}
        }) {
      assertThat(warnings(other[0], other[1]))
          .as("at the start and at the end")
          .hasSize(2)
          .allMatch(line -> line.contains("model.pooling is mean, but transformers'"))
          .allMatch(line -> line.contains("model_type bert compute cls"))
          .allMatch(line -> line.contains("train a new classifier with model.pooling=cls"));
      assertThat(card(other[0]))
          .contains("| pooling | `mean` |")
          .contains("**Scores elsewhere differ.** model.pooling is mean, but transformers'");
    }
  }

  private static String card(String run) throws IOException {
    return Files.readString(tiny.out(run).resolve("model/README.md"));
  }

  /** A base model saved without its pooler, as many sentence encoders are. */
  private static Path without(Path model, String... parts) throws IOException {
    Path folder = Files.createTempDirectory(dir, "without");
    for (String file : List.of("config.json", "tokenizer.json")) {
      Files.copy(model.resolve(file), folder.resolve(file));
    }
    Map<String, HostTensor> weights =
        new TreeMap<>(SafeTensors.map(model.resolve("model.safetensors")));
    for (String part : parts) {
      assertThat(weights.keySet().removeIf(name -> name.contains(part))).as(part).isTrue();
    }
    Tiny.STORE.commit(
        Tiny.hadoop(folder.resolve("model.safetensors")), SafeTensors.content(weights, Map.of()));
    return folder;
  }

  @Test
  void aPoolerThatIsNotThereIsDrawnTrainedAndSavedWithTheClassifier() throws Exception {
    String base = "model.path=" + without(tiny.model(), "pooler.dense");
    String[] names = {
      "bert.pooler.dense.bias", "bert.pooler.dense.weight", "classifier.bias", "classifier.weight"
    };
    RunFolder full = train("drawn", "fedavg", base);
    Map<String, HostTensor> start = Tiny.tensors(full.start());
    Map<String, HostTensor> end = Tiny.tensors(full.global(0));
    Map<String, HostTensor> model = Tiny.tensors(file(full.model(), "model.safetensors"));
    assertThat(new HostTensor[] {start.get(names[0]), start.get(names[2])})
        .allMatch(
            bias -> bias.equals(HostTensor.of(new float[(int) bias.elements()], bias.shape())));
    for (String name : names) {
      assertThat(end.get(name)).as(name).isNotEqualTo(start.get(name));
      assertThat(model.get(name)).as(name).isEqualTo(end.get(name));
    }

    List<String> sets = new ArrayList<>(List.of(Tiny.LORA));
    sets.add(base);
    RunFolder lora = train("drawn-lora", "fedit", sets.toArray(String[]::new));
    PeftAdapter adapter = PeftAdapter.read(Tiny.STORE, lora.adapter());
    assertThat(adapter.config().modulesToSave()).containsExactly("bert.pooler.dense", "classifier");
    assertThat(adapter.saved()).containsOnlyKeys(names);
    sets.add("framework.lora.start=" + lora.adapter());
    RunFolder next = train("drawn-on", "fedit", sets.toArray(String[]::new));
    assertThat(Tiny.tensors(next.start())).isEqualTo(Tiny.tensors(lora.global(0)));
  }

  @Test
  void aPoolerThatIsThereIsTheModelsOwn() throws Exception {
    Blueprint blueprint = new Blueprint(Tiny.STORE, tiny.config("x", "fedavg"));
    assertThat(blueprint.newHead()).containsOnlyKeys("classifier.bias", "classifier.weight");
    assertThat(blueprint.plan(0).parts()).containsKey("bert.pooler.dense.weight");
  }

  @Test
  void aClassifierWithoutItsPoolerIsRefusedUnlessTheMeanIsChosen() throws Exception {
    Path model = without(headed(null), "pooler.dense");
    for (String[] sets : new String[][] {{}, {"model.pooling=cls"}}) {
      assertThatThrownBy(() -> pooling(model, sets))
          .isInstanceOf(WrongInput.class)
          .hasMessageContainingAll(
              "has a classifier, but not bert.pooler.dense.weight, bert.pooler.dense.bias",
              "model.newHead=true",
              "model.pooling=mean");
    }
    assertThat(pooling(model, "model.pooling=mean")).isEqualTo(Pooling.MEAN);
    assertThat(pooling(model, "model.newHead=true")).isEqualTo(Pooling.CLS);
    Path half = without(tiny.model(), "pooler.dense.bias");
    assertThatThrownBy(() -> pooling(half))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("has a part of a pooler, without bert.pooler.dense.bias");
  }

  /** The config.yaml of a run of an earlier version, which had other defaults. */
  @ParameterizedTest
  @CsvSource({
    "'', false, the default of that time",
    "'', true, without a pooler",
    "model.pooling=cls, true, without a pooler",
  })
  void aRunOfAnEarlierVersionNeverGoesOnWithAnotherClassifier(
      String set, boolean bare, String message) throws Exception {
    Path base = bare ? without(tiny.model(), "pooler.dense") : tiny.model();
    List<String> sets = new ArrayList<>(List.of("model.path=" + base));
    if (!set.isEmpty()) {
      sets.add(set);
    }
    String name = "earlier" + set + bare;
    RunFolder run = train(name, "fedavg", sets.toArray(String[]::new));
    forget(run, true);
    sets.add("rounds=2");
    assertThatThrownBy(() -> train(name, "fedavg", sets.toArray(String[]::new)))
        .isInstanceOf(WrongInput.class)
        .hasMessageContainingAll("earlier version of Tributary", message, "another folder");
  }

  @Test
  void aRunOfAnEarlierVersionWhoseClassifierIsTheSameGoesOnUnderItsName() throws Exception {
    RunFolder run = train("same", "fedavg", "model.pooling=cls");
    forget(run, false);
    train("same", "fedavg", "model.pooling=cls", "rounds=2");
    for (String table : List.of("evals", "clients", "rounds")) {
      assertThat(Files.list(tiny.out("same").resolve("tables").resolve(table)))
          .extracting(file -> file.getFileName().toString())
          .containsExactlyInAnyOrder(
              "same-0a1b2c3d.round-00001.parquet", "same-0a1b2c3d.round-00002.parquet");
    }
  }

  @Test
  void tablesOfAnEarlierVersionAreConverted() throws Exception {
    RunFolder run = train("converted", "fedavg", "model.pooling=cls");
    Map<String, List<Row>> expected = new TreeMap<>();
    for (String table : List.of("evals", "clients", "rounds")) {
      expected.put(table, rows(run, table));
    }
    forget(run, false);
    assertThat(RunReport.of(Tiny.STORE, run).score("test", "loss"))
        .as("before the run is resumed")
        .isEqualTo(expected.get("evals").get(0).doubleAt("loss"));
    train("converted", "fedavg", "model.pooling=cls", "rounds=2");
    expected.forEach(
        (table, before) -> {
          List<Row> now = rows(run, table).subList(0, before.size());
          for (int i = 0; i < now.size(); i++) {
            assertThat(now.get(i).text("run")).isEqualTo("same-0a1b2c3d");
            for (String column : now.get(i).schema().names()) {
              if (!List.of("run", "ended_at").contains(column)) {
                assertThat(now.get(i).text(column))
                    .as(table + "." + column)
                    .isEqualTo(before.get(i).text(column));
              }
            }
          }
        });
  }

  /** The rows of a run's table, in the order of the rounds. */
  private static List<Row> rows(RunFolder run, String table) {
    List<Row> rows = new ArrayList<>();
    try {
      for (org.apache.hadoop.fs.Path file :
          TablesFolder.of(Tiny.STORE, run).files(Tiny.STORE, table)) {
        try (ParquetReading reading = ParquetRows.read(Tiny.STORE, file)) {
          reading.forEachRemaining(rows::add);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return rows;
  }

  /** Writes a run's tables as version 0.1.0 did: fewer tables and columns, and rounds from 0. */
  private static void asEarlier(RunFolder run, String name) throws IOException {
    Map<String, List<String>> added =
        Map.of(
            "evals", List.of("framework", "model"),
            "clients", List.of("framework"),
            "rounds", List.of("client", "ended_at"));
    List<String> labels =
        List.of("run", "variant", "trial", "optimizer", "seed", "lr", "rank", "partition");
    for (String table : added.keySet()) {
      for (Row row : rows(run, table)) {
        List<Schema.Column> columns =
            row.schema().columns().stream()
                .filter(c -> !labels.contains(c.name()) && !added.get(table).contains(c.name()))
                .toList();
        Schema schema = new Schema(columns);
        int round = (int) row.longAt("round") - 1;
        org.apache.hadoop.fs.Path file =
            file(run.tables(), "%s/run=%s/round-%05d.parquet".formatted(table, name, round));
        List<Row> all = new ArrayList<>();
        for (Row each : rows(run, table)) {
          Object[] values =
              columns.stream().map(c -> each.value(each.schema().indexOf(c.name()))).toArray();
          values[schema.indexOf("round")] = round;
          if (each.longAt("round") == round + 1) {
            all.add(Row.of(schema, values));
          }
        }
        Tiny.STORE.commit(file, out -> ParquetRows.write(out, schema, all));
      }
      for (org.apache.hadoop.fs.Path file :
          TablesFolder.of(Tiny.STORE, run).files(Tiny.STORE, table)) {
        Tiny.STORE.delete(file);
      }
    }
    for (String table : List.of("runs", "steps", "classes", "confusion")) {
      Tiny.STORE.delete(file(run.tables(), table));
    }
  }

  /** Removes what earlier versions did not write, and names the run by another hash. */
  private static void forget(RunFolder run, boolean keepName) throws IOException {
    ObjectMapper yaml = new ObjectMapper(new YAMLFactory());
    java.io.File file = new java.io.File(run.config().toUri());
    ObjectNode config = (ObjectNode) yaml.readTree(file);
    ObjectNode facts = (ObjectNode) config.get("run");
    assertThat(facts.remove("classifier")).isNotNull();
    if (!keepName) {
      asEarlier(run, "same-0a1b2c3d");
      facts.put("name", "same-0a1b2c3d");
    }
    yaml.writeValue(file, config);
  }

  private static org.apache.hadoop.fs.Path file(org.apache.hadoop.fs.Path folder, String name) {
    return new org.apache.hadoop.fs.Path(folder, name);
  }

  private static RunFolder train(String name, String framework, String... sets) throws Exception {
    List<String> all = new ArrayList<>(List.of("rounds=1", "client.schedule={name: constant}"));
    all.addAll(List.of(sets));
    TrainConfig config = tiny.config(name, framework, all.toArray(String[]::new));
    try (SparkSession spark = LocalSpark.builder().getOrCreate()) {
      return new Federation(spark, RoundListener.NONE).train(config).folder();
    }
  }

  private static List<String> warnings(String name, String... sets) throws Exception {
    List<String> all = new ArrayList<>(List.of("rounds=1", "evaluate.parts=[]"));
    all.addAll(List.of(sets));
    TrainConfig config = tiny.config(name, "fedavg", all.toArray(String[]::new));
    try (SparkSession spark = LocalSpark.builder().getOrCreate();
        LoggedWarnings warnings = LoggedWarnings.of(Federation.class, RunChecks.class)) {
      new Federation(spark, RoundListener.NONE).train(config);
      return warnings.heard();
    }
  }

  private static Map<String, HostTensor> begin(Path adapter, String pooling) throws IOException {
    List<String> sets = new ArrayList<>(List.of(Tiny.LORA));
    sets.add("framework.lora.start=" + adapter);
    sets.add("model.pooling=" + pooling);
    return StartState.of(
        Tiny.STORE,
        new Blueprint(Tiny.STORE, tiny.config("x", "fedit", sets.toArray(String[]::new))));
  }
}
