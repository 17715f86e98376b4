package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.AdapterMerge;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.config.GenerateConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.LoggedWarnings;
import org.tributary.fixture.Slow;
import org.tributary.generation.Generation;
import org.tributary.generation.GenerationListener;
import org.tributary.protocol.HostTensor;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;

/**
 * A model writes answers to rows. They are the same for any writer, in parallel or one by one, and
 * after a kill.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Slow
class GenerateTest {
  private static final Schema SCHEMA =
      Schema.of(new Column("id", Type.LONG), new Column("question", Type.STRING));
  private static final String TEXT =
      "what are the symptoms of diabetes and of heart disease in children and in their parents";

  @TempDir Path dir;
  private static SparkSession spark;
  private Path model;

  @BeforeEach
  void open() throws IOException {
    spark = session("local[2]");
    model = dir.resolve("model");
    Files.createDirectories(model);
    Path golden = GoldenCases.of("llama_gqa");
    for (String name : List.of("config.json", "model.safetensors", "tokenizer.json")) {
      Files.copy(golden.resolve(name), model.resolve(name));
    }
    // Untrained weights draw any token: this number of end tokens stops some rows but not all.
    String ends =
        IntStream.range(100, 130).mapToObj(Integer::toString).collect(Collectors.joining(", "));
    Files.writeString(
        model.resolve("generation_config.json"), "{\"eos_token_id\": [2, " + ends + "]}");
    rows("a.parquet", 0, 7);
    rows("b.parquet", 7, 6);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static SparkSession session(String master) {
    return SparkSession.builder().master(master).appName("test").getOrCreate();
  }

  /** Questions of all lengths; some are longer than the context allows. */
  private void rows(String name, int first, int count) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int i = first; i < first + count; i++) {
      rows.add(Row.of(SCHEMA, (long) i, TEXT.substring(0, (i * 31) % TEXT.length())));
    }
    Tiny.STORE.commit(
        Tiny.hadoop(dir.resolve("in").resolve(name)), out -> ParquetRows.write(out, SCHEMA, rows));
  }

  private String yaml(String out) {
    return """
        out: %s
        seed: 3
        model: {path: %s, maxLength: 24}
        data: {paths: [%s], prompt: "Q {question} A"}
        decoding: {newTokens: 8, temperature: 1.2, topP: 0.9}
        batch: 3
        shard: 4
        """
        .formatted(dir.resolve(out), model, dir.resolve("in"));
  }

  private Generation.Outcome run(String out, String... sets) throws IOException {
    return new Generation(spark, GenerationListener.NONE).run(GenerateRun.config(yaml(out), sets));
  }

  private List<Row> answers(String out) throws IOException {
    List<Row> rows = new ArrayList<>();
    try (Stream<Path> files = Files.list(dir.resolve(out).resolve("rows"))) {
      for (Path file : files.filter(f -> f.toString().endsWith(".parquet")).sorted().toList()) {
        ParquetRows.forEach(Tiny.STORE, Tiny.hadoop(file), List.of(), rows::add);
      }
    }
    return rows;
  }

  private Map<String, String> hashes(String out) throws IOException {
    Map<String, String> hashes = new TreeMap<>();
    try (Stream<Path> files = Files.list(dir.resolve(out).resolve("rows"))) {
      // A killed writer may leave a temporary file, which no reader uses.
      for (Path file : files.filter(f -> !f.toString().endsWith(".tmp")).toList()) {
        hashes.put(file.getFileName().toString(), Tiny.STORE.sha256(Tiny.hadoop(file)));
      }
    }
    return hashes;
  }

  @Test
  void rowsKeepTheirColumnsAndOrderAndGetAnswers() throws IOException {
    Generation.Outcome outcome = run("out");
    List<Row> rows = answers("out");
    assertThat(rows).hasSize(13);
    assertThat(outcome.all()).isEqualTo(13);
    assertThat(outcome.written()).isEqualTo(13);
    long tokens = 0;
    int cut = 0;
    for (int i = 0; i < rows.size(); i++) {
      Row row = rows.get(i);
      assertThat(row.schema().names())
          .containsExactly(
              "id", "question", "prompt", "generated", "tokens", "stopped", "truncated");
      assertThat(row.longAt("id")).isEqualTo(i);
      assertThat(row.text("prompt")).isEqualTo("Q " + row.text("question") + " A");
      boolean ended = row.text("stopped").equals("end");
      assertThat(row.longAt("tokens")).isBetween(0L, ended ? 7L : 8L);
      assertThat(ended || row.longAt("tokens") == 8).isTrue();
      tokens += row.longAt("tokens");
      cut += (boolean) row.value(6) ? 1 : 0;
    }
    assertThat(rows.stream().map(r -> r.text("stopped")).distinct())
        .containsExactlyInAnyOrder("end", "length");
    assertThat(outcome.tokens()).isEqualTo(tokens);
    assertThat(outcome.truncated()).isEqualTo(cut).isBetween(1L, 12L);
    assertThat(rows.stream().map(r -> r.text("generated")).distinct()).hasSizeGreaterThan(8);
    assertThat(spark.read().parquet(dir.resolve("out/rows").toString()).count()).isEqualTo(13);
  }

  @ParameterizedTest
  @CsvSource({"0.0, 1.0, 1.0", "1.2, 0.9, 1.0", "0.0, 1.0, 1.3", "1.2, 0.9, 1.3"})
  void sideBySideIsAsOneByOne(double temperature, double topP, double penalty) throws IOException {
    String[] how = {
      "decoding.temperature=" + temperature,
      "decoding.topP=" + topP,
      "decoding.repetitionPenalty=" + penalty
    };
    run("together", how[0], how[1], how[2], "batch=5", "shard=99");
    run("alone", how[0], how[1], how[2], "batch=1", "shard=2");
    assertThat(answers("together")).isEqualTo(answers("alone"));
    run("again", how[0], how[1], how[2], "batch=1", "shard=2", "seed=4");
    assertThat(answers("again").equals(answers("alone"))).isEqualTo(temperature == 0);
    run("plain", how[0], how[1], "batch=1", "shard=2");
    assertThat(answers("plain").equals(answers("alone"))).isEqualTo(penalty == 1);
  }

  @Test
  void goesOnWhereItWasKilledAndDoesNotDependOnTheExecutors() throws Exception {
    run("whole");
    Path yaml = Files.writeString(dir.resolve("killed.yaml"), yaml("killed"));
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of(LocalCluster.JVM_OPTIONS.strip().split("\\s+")));
    command.addAll(List.of("-Xmx1g", "-Dspark.ui.enabled=false", "-cp"));
    command.addAll(List.of(System.getProperty("java.class.path"), GenerateRun.class.getName()));
    command.addAll(List.of(yaml.toString(), "4"));
    Process driver =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("driver.log").toFile())
            .start();
    assertThat(driver.waitFor(90, TimeUnit.SECONDS)).isTrue();
    assertThat(driver.exitValue())
        .as(Files.readString(dir.resolve("driver.log")))
        .isEqualTo(GenerateRun.KILLED);
    assertThat(hashes("killed")).hasSizeBetween(1, 3).doesNotContainKey("_SUCCESS");
    int before = answers("killed").size();

    spark.stop();
    spark = LocalCluster.open(Disturbance.in(dir.resolve("disturbance")), 2);
    Generation.Outcome outcome = run("killed");
    assertThat(outcome.written()).isEqualTo(13 - before).isBetween(1L, 12L);
    assertThat(answers("killed")).isEqualTo(answers("whole"));
    assertThat(hashes("killed")).isEqualTo(hashes("whole"));
    assertThat(run("killed").written()).isZero();
    spark.stop(); // the other tests need no cluster
  }

  @Test
  void whatTheModelsFilesAskForBesideIsSaidOnce() throws IOException {
    String asked = "\"repetition_penalty\": 1.05, \"do_sample\": true, \"temperature\": 0.6";
    Files.writeString(
        model.resolve("generation_config.json"), "{\"eos_token_id\": 2, %s}".formatted(asked));
    try (LoggedWarnings warnings = LoggedWarnings.of(Generation.class)) {
      run("out");
      assertThat(warnings.heard())
          .singleElement()
          .asString()
          .contains(model + "/generation_config.json asks for repetition_penalty 1.05")
          .contains("temperature 0.6")
          .contains("decoding.temperature=0.6");
    }
    Files.writeString(model.resolve("generation_config.json"), "{\"eos_token_id\": 2}");
    try (LoggedWarnings warnings = LoggedWarnings.of(Generation.class)) {
      run("other");
      assertThat(warnings.heard()).isEmpty();
    }
  }

  @Test
  void anotherConfigurationDoesNotGetIntoTheFolder() throws IOException {
    run("out");
    Map<String, String> before = hashes("out");
    assertThatThrownBy(() -> run("out", "decoding.temperature=1.0", "seed=4"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("seed: was 3, now 4")
        .hasMessageContaining("decoding.temperature: was 1.2, now 1.0");
    Tiny.STORE.delete(Tiny.hadoop(dir.resolve("in/b.parquet")));
    rows("b.parquet", 8, 6);
    assertThatThrownBy(() -> run("out"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("data.paths: its files have changed since");
    assertThat(hashes("out")).isEqualTo(before);
    Files.createDirectories(dir.resolve("other"));
    Files.writeString(dir.resolve("other/notes.txt"), "mine");
    assertThatThrownBy(() -> run("other"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("exists and has no answers");
  }

  @Test
  void anEmptyPromptIsCountedAndHasNoAnswer() throws IOException {
    Files.writeString(
        model.resolve("tokenizer_config.json"),
        "{\"chat_template\": \"{{ messages[-1].content }}\", \"eos_token\": \"</s>\"}");
    Generation.Outcome outcome = run("out", "data.prompt=chat");
    assertThat(outcome.empty()).isEqualTo(1);
    Row first = answers("out").get(0);
    assertThat(first.isNull("generated")).isTrue();
    assertThat(first.text("stopped")).isEqualTo("empty");
    assertThat(answers("out").get(1).isNull("generated")).isFalse();
  }

  @Test
  void anAdapterWritesAsTheMergedModel() throws IOException {
    Path golden = GoldenCases.of("optim/lora_qv_rslora/adapter_final");
    Path merged = dir.resolve("merged");
    AdapterMerge.write(
        Tiny.STORE,
        HuggingFaceFolder.open(Tiny.STORE, Tiny.hadoop(model)),
        PeftAdapter.read(Tiny.STORE, Tiny.hadoop(golden)),
        AdapterMerge.Family.UNKNOWN,
        Tiny.hadoop(merged));
    String[] greedy = {"decoding.temperature=0.0", "decoding.topP=1.0"};
    run("with", greedy[0], greedy[1], "adapter=" + golden);
    run("of-merged", greedy[0], greedy[1], "model.path=" + merged);
    run("without", greedy[0], greedy[1]);
    assertThat(answers("with")).isEqualTo(answers("of-merged")).isNotEqualTo(answers("without"));
    assertThatThrownBy(() -> run("none", "adapter=" + model))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("adapter_config.json");
    Path other = GoldenCases.of("llama_tied");
    assertThatThrownBy(
            () -> run("none", "adapter=" + golden, "model.path=" + other, "data.prompt=plain"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("does not fit the model")
        .hasMessageContaining("lora_A.weight");
    assertThat(dir.resolve("none")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "data.prompt=\"{questions}\"; no column questions, which data.prompt asks for",
        "data.prompt=why; is not a known prompt",
        "data.prompt=chat; has no chat template",
        "data.paths=[nowhere]; nowhere does not exist",
        "model.maxLength=4096; model.maxLength: 4096 is more than",
        "decoding.newTokens=24; leave no room for a prompt",
        "data.system=Hello; message and system belong to a chat",
        "data.columns=[idd]; did you mean id?",
      })
  void wrongInputIsNamedAndNothingIsWritten(String set, String message) {
    assertThatThrownBy(() -> run("out", set))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(message);
    assertThat(dir.resolve("out")).doesNotExist();
  }

  @Test
  void jsonLinesAndCsvGetTheAnswersThatParquetGets() throws IOException {
    run("parquet");
    List<String> expected = answers("parquet").stream().map(row -> row.text("generated")).toList();
    StringBuilder json = new StringBuilder();
    StringBuilder csv = new StringBuilder("id;question\r\n");
    for (Row row : answers("parquet")) {
      json.append(
          "{\"question\": %s, \"id\": %s}\n"
              .formatted(
                  new com.fasterxml.jackson.databind.ObjectMapper()
                      .writeValueAsString(row.text("question")),
                  row.text("id")));
      csv.append(
          "%s;\"%s\"\r\n".formatted(row.text("id"), row.text("question").replace("\"", "\"\"")));
    }
    Path folder = Files.createDirectories(dir.resolve("other/site=lyon"));
    Files.writeString(folder.resolve("a.jsonl"), json);
    Files.writeString(dir.resolve("a.csv"), csv);
    String[] jsonl = {"data.format=jsonl", "data.paths=[" + dir.resolve("other") + "]"};
    run("jsonl", jsonl);
    List<Row> rows = answers("jsonl");
    assertThat(rows).extracting(row -> row.text("generated")).isEqualTo(expected);
    assertThat(rows)
        .extracting(row -> row.longAt("id"))
        .isEqualTo(answers("parquet").stream().map(row -> row.longAt("id")).toList());
    assertThat(rows).allMatch(row -> row.text("site").equals("lyon"));
    run("csv", "data.format=csv", "data.paths=[" + dir.resolve("a.csv") + "]");
    assertThat(answers("csv")).extracting(row -> row.text("generated")).isEqualTo(expected);
    // If a shard is lost, only this shard is written again, with the same content.
    Map<String, String> whole = hashes("jsonl");
    Files.delete(dir.resolve("jsonl/rows/part-00001.parquet"));
    assertThat(run("jsonl", jsonl).written()).isEqualTo(4);
    assertThat(hashes("jsonl")).isEqualTo(whole);
    Files.writeString(dir.resolve("a.csv"), "id,question\n1,why\n2\n");
    assertThatThrownBy(
            () -> run("bad", "data.format=csv", "data.paths=[" + dir.resolve("a.csv") + "]"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("a.csv: 1 rows cannot be used: line 3 has 1 fields");
  }

  @Test
  void datesDecimalsAndNestedColumnsAreKeptAsText() throws IOException {
    Path file = dir.resolve("dated");
    spark
        .sql(
            "SELECT 'why' question, DATE'2024-02-29' day, CAST(1.5 AS DECIMAL(9, 2)) price, array(1) many")
        .write()
        .parquet("file:" + file);
    run("out", "data.paths=[" + file + "]");
    Row row = answers("out").get(0);
    assertThat(row.text("day")).isEqualTo("2024-02-29");
    assertThat(row.text("price")).isEqualTo("1.50");
    assertThat(row.text("many")).isEqualTo("[1]");
  }

  @Test
  void aModelWithValuesThatAreNoneIsNamedAndNothingIsWritten() throws IOException {
    Path file = model.resolve("model.safetensors");
    Map<String, HostTensor> weights = new TreeMap<>(SafeTensors.map(file));
    float[] norm = weights.get("model.norm.weight").toFloats();
    norm[3] = Float.NaN;
    weights.put("model.norm.weight", HostTensor.of(norm, norm.length));
    Path bad = dir.resolve("bad");
    Files.createDirectories(bad);
    for (String name : List.of("config.json", "tokenizer.json")) {
      Files.copy(model.resolve(name), bad.resolve(name));
    }
    Tiny.STORE.commit(
        Tiny.hadoop(bad.resolve("model.safetensors")), SafeTensors.content(weights, Map.of()));
    assertThatThrownBy(() -> run("out", "model.path=" + bad))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("model.norm.weight");
    assertThat(dir.resolve("out")).doesNotExist();
  }

  @Test
  void aFolderOfSeveralSetsIsRefusedAndOneOfOneSetIsTaken() throws IOException {
    Files.move(dir.resolve("in/a.parquet"), dir.resolve("in/train-00000-of-00001.parquet"));
    Files.move(dir.resolve("in/b.parquet"), dir.resolve("in/test-00000-of-00001.parquet"));
    assertThatThrownBy(() -> run("out"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("data.paths: ")
        .hasMessageContaining("holds files of test and train by their names")
        .hasMessageContaining("name the files of one of them");
    assertThat(dir.resolve("out")).doesNotExist();
    Files.delete(dir.resolve("in/test-00000-of-00001.parquet"));
    assertThat(run("out").all()).isEqualTo(7);
  }

  /** The last of many conversations is bad: the error is reported before anything is written. */
  @Test
  void conversationsAreLookedAtBeforeAnythingIsWritten() throws IOException {
    Files.writeString(
        model.resolve("tokenizer_config.json"),
        "{\"chat_template\": \"{% for m in messages %}{{ m.content }}{% endfor %}\", \"eos_token\": \"</s>\"}");
    String good = "{\"talk\": [{\"role\": \"user\", \"content\": \"why\"}]}\n";
    String bad = "{\"talk\": [{\"role\": \"usher\", \"content\": \"why\"}]}\n";
    Path file = dir.resolve("talks.jsonl");
    Files.writeString(file, good.repeat(9) + bad);
    String[] sets = {
      "data.paths=[" + file + "]", "data.format=jsonl", "data.prompt=chat", "data.messages=talk"
    };
    assertThatThrownBy(() -> run("out", sets))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("data.paths: 1 rows cannot be asked")
        .hasMessageContaining("talks.jsonl, row 9: ")
        .hasMessageContaining("usher");
    assertThat(dir.resolve("out")).doesNotExist();
    Files.writeString(file, good.repeat(9));
    assertThat(run("out", sets).all()).isEqualTo(9);
    // The same rows as Parquet with lists of structs, and compressed.
    List<String> texts = new ArrayList<>();
    answers("out").forEach(row -> texts.add(row.text("generated")));
    Path packed = dir.resolve("talks.jsonl.gz");
    try (java.io.OutputStream out =
        new java.util.zip.GZIPOutputStream(Files.newOutputStream(packed))) {
      out.write(Files.readAllBytes(file));
    }
    spark
        .read()
        .json(file.toString())
        .coalesce(1)
        .write()
        .parquet(dir.resolve("structs").toString());
    sets[0] = "data.paths=[" + packed + "]";
    run("packed", sets);
    sets[0] = "data.paths=[" + dir.resolve("structs") + "]";
    sets[1] = "data.format=parquet";
    run("structs-out", sets);
    for (String other : List.of("packed", "structs-out")) {
      assertThat(answers(other)).extracting(row -> row.text("generated")).isEqualTo(texts);
    }
  }

  @Test
  void aColumnThatGenerateWritesMustNotBeThere() throws IOException {
    Schema schema = Schema.of(new Column("prompt", Type.STRING), new Column("x", Type.STRING));
    Path file = dir.resolve("in2/a.parquet");
    Tiny.STORE.commit(
        Tiny.hadoop(file),
        out -> ParquetRows.write(out, schema, List.of(Row.of(schema, "why", "x"))));
    String[] sets = {"data.paths=[" + file + "]", "data.prompt=\"{prompt}\""};
    assertThatThrownBy(() -> run("out", sets[0], sets[1]))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("column prompt would be there twice");
    run("out", sets[0], sets[1], "data.columns=[x]");
    assertThat(answers("out").get(0).text("prompt")).isEqualTo("why");
    GenerateConfig config = GenerateRun.config(yaml("out"));
    assertThat(config.threads()).isEqualTo(1);
  }
}
