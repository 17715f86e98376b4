package org.tributary.assessment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.config.ConfigReader;
import org.tributary.config.EvaluateConfig;
import org.tributary.federation.Federation;
import org.tributary.federation.RoundListener;
import org.tributary.federation.Tiny;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.protocol.HostTensor;
import org.tributary.run.RunFolder;

/** The job evaluate gives the scores that a run's own evaluations have, and keeps predictions. */
@Slow
class AssessmentTest {
  private static final List<String> SCORES =
      List.of("loss", "accuracy", "macro_f1", "weighted_f1", "ece", "truncated_rows", "perplexity");

  @TempDir static Path dir;
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();
  private static Tiny tiny;

  @BeforeAll
  static void train() throws Exception {
    tiny = new Tiny(dir, 11, 8, 30);
    Federation federation = new Federation(SPARK.session(), RoundListener.NONE);
    String parts = "evaluate.parts=[test,validation]";
    federation.train(tiny.config("fedavg", "fedavg", parts));
    federation.train(tiny.config("fedit", "fedit", with(Tiny.LORA, parts)));
    federation.train(tiny.config("fedsa", "fedsa-lora", with(Tiny.LORA, parts)));
    federation.train(
        tiny.config(
            "llama",
            "fedit",
            "framework.lora.rank=3",
            "framework.lora.targets=[q_proj, up_proj]",
            "rounds=1",
            "client.schedule.warmup=0",
            "model.path=" + tiny.llama(),
            "model.maxLength=64",
            "data.prompt=\"{text}: \"",
            "data.answer=label",
            "evaluate.generate=10",
            "evaluate.newTokens=6",
            parts));
  }

  private static String[] with(String[] some, String... more) {
    return Stream.of(some, more).flatMap(Stream::of).toArray(String[]::new);
  }

  private static EvaluateConfig config(String yaml, String... sets) {
    return ConfigReader.read("e.yaml", yaml, List.of(sets), EvaluateConfig.class, Map.of());
  }

  private static String ofRun(String run, String out) {
    return "out: %s\nrun: %s\nparts: [test, validation]\n"
        .formatted(dir.resolve("scores").resolve(out), tiny.out(run));
  }

  private static Assessment.Outcome score(EvaluateConfig config) throws IOException {
    Assessment.Prepared prepared = Assessment.prepare(new Configuration(), config);
    return new Assessment(SPARK.session()).run(prepared);
  }

  private static List<Row> table(Object folder, String table) {
    return SPARK.session().read().parquet(folder + "/" + table).collectAsList();
  }

  /** The scores by model, part and client. */
  private static Map<String, List<Object>> scores(List<Row> evals, List<String> names) {
    Map<String, List<Object>> scores = new TreeMap<>();
    for (Row row : evals) {
      List<Object> values = new ArrayList<>();
      names.forEach(name -> values.add(row.getAs(name)));
      String client = row.getAs("client");
      scores.put(row.getAs("model") + " " + row.getAs("part") + " " + client, values);
    }
    return scores;
  }

  private static Map<String, List<Object>> own(String run, int round, List<String> names) {
    return scores(
        table(tiny.out(run) + "/tables", "evals").stream()
            .filter(row -> row.<Integer>getAs("round") == round)
            .toList(),
        names);
  }

  @ParameterizedTest
  @CsvSource({"fedavg, 1", "fedavg, 3", "fedit, 2", "fedit, ", "fedsa, ", "llama, 1", "llama, "})
  void hasTheBitsOfTheRunsOwnEvaluation(String run, Integer round) throws IOException {
    String yaml = ofRun(run, run + round) + (round == null ? "" : "round: " + round + "\n");
    Assessment.Outcome outcome = score(config(yaml));
    int last = run.equals("llama") ? 1 : 3;
    List<Row> evals = table(outcome.tables(), "evals");
    assertThat(evals)
        .allSatisfy(
            row -> assertThat(row.<Integer>getAs("round")).isEqualTo(round == null ? last : round));
    Map<String, List<Object>> expected = own(run, round == null ? last : round, SCORES);
    Map<String, List<Object>> found = scores(evals, SCORES);
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (key, values) -> {
          for (int i = 0; i < values.size(); i++) {
            if (values.get(i) != null) {
              assertThat(found.get(key).get(i))
                  .as(key + " " + SCORES.get(i))
                  .isEqualTo(values.get(i));
            }
          }
        });
    if (run.equals("llama")) {
      List<String> written = List.of("generated", "bleu4", "rouge_l", "exact_match");
      assertThat(scores(evals, written)).containsAllEntriesOf(written(run, written));
    }
  }

  /**
   * The result has the same weights. They are mapped from another file, at other addresses, and
   * products may differ in their last bits.
   */
  @Test
  void aModelFolderHasTheScoresOfTheRun() throws IOException {
    List<Row> evals = table(score(config(ofRun("fedavg", "result"))).tables(), "evals");
    Map<String, List<Object>> expected = own("fedavg", 3, SCORES.subList(0, 2));
    Map<String, List<Object>> found = scores(evals, SCORES.subList(0, 2));
    assertThat(found.keySet()).isEqualTo(expected.keySet());
    expected.forEach(
        (key, values) -> {
          assertThat((Double) found.get(key).get(0))
              .isCloseTo((Double) values.get(0), within(1e-6));
          assertThat(found.get(key).get(1)).isEqualTo(values.get(1));
        });
    Map<String, HostTensor> model =
        Tiny.tensors(Tiny.hadoop(tiny.out("fedavg").resolve("model/model.safetensors")));
    Map<String, HostTensor> state =
        Tiny.tensors(new RunFolder(Tiny.hadoop(tiny.out("fedavg"))).global(2));
    assertThat(state).hasSizeGreaterThan(10);
    state.forEach(
        (name, tensor) ->
            assertThat(model.getOrDefault("bert." + name, model.get(name))).isEqualTo(tensor));
  }

  /** The scores of generated answers, which runs have for all rows together. */
  private static Map<String, List<Object>> written(String run, List<String> names) {
    Map<String, List<Object>> own = own(run, 1, names);
    own.values().removeIf(values -> values.contains(null));
    assertThat(own).hasSize(2);
    return own;
  }

  @Test
  void everyClientHasAllScoresAndTheirSpreadIsInATable() throws IOException {
    Assessment.Outcome outcome = score(config(ofRun("fedavg", "spread")));
    List<Row> evals = table(outcome.tables(), "evals");
    List<Row> clients = evals.stream().filter(row -> row.getAs("client") != null).toList();
    assertThat(clients).hasSize(3);
    for (Row client : clients) {
      assertThat(client.<Double>getAs("macro_f1")).isNotNull();
      assertThat(client.<Double>getAs("ece")).isBetween(0.0, 1.0);
    }
    Row accuracy =
        table(outcome.tables(), "fairness").stream()
            .filter(row -> row.getAs("score").equals("accuracy"))
            .findFirst()
            .orElseThrow();
    double[] values = clients.stream().mapToDouble(row -> row.<Double>getAs("accuracy")).toArray();
    double mean = (values[0] + values[1] + values[2]) / 3;
    double squares = 0;
    for (double v : values) {
      squares += (v - mean) * (v - mean);
    }
    assertThat(accuracy.<Double>getAs("spread")).isCloseTo(Math.sqrt(squares / 3), within(1e-12));
    double worst = Math.min(values[0], Math.min(values[1], values[2]));
    double best = Math.max(values[0], Math.max(values[1], values[2]));
    assertThat(accuracy.<Double>getAs("worst")).isEqualTo(worst);
    assertThat(accuracy.<Double>getAs("gap")).isCloseTo(best - worst, within(1e-12));
    assertThat(accuracy.<Integer>getAs("clients")).isEqualTo(3);
    assertThat(table(outcome.tables(), "confusion").stream().map(r -> r.getAs("client")).distinct())
        .contains("0000", "0001", "0002", null);
  }

  @Test
  void everyPredictionHasItsRowsKey() throws IOException {
    Assessment.Outcome outcome = score(config(ofRun("fedavg", "keys"), "parts=[train]"));
    List<Row> predictions = table(outcome.tables(), "predictions");
    assertThat(predictions).hasSize(11 + 8 + 30);
    assertThat(predictions).allSatisfy(row -> assertThat(row.<String>getAs("key")).isNull());
    for (Row row : predictions) {
      org.apache.hadoop.fs.Path file = Tiny.hadoop(tiny.data().resolve(row.<String>getAs("file")));
      List<String> labels = new ArrayList<>();
      org.tributary.rows.ParquetRows.forEach(
          Tiny.STORE, file, List.of("label"), r -> labels.add(r.text("label")));
      assertThat(labels.get(row.<Integer>getAs("row"))).isEqualTo(row.getAs("label"));
      assertThat(row.<String>getAs("file")).startsWith("client=" + row.getAs("owner") + "/train/");
      assertThat(row.<String>getAs("client")).isEqualTo(row.getAs("owner"));
    }
    assertThat(predictions.stream().map(r -> r.getAs("file") + " " + r.getAs("row")).distinct())
        .hasSize(predictions.size());
    double loss =
        predictions.stream().mapToDouble(r -> r.<Double>getAs("loss")).average().orElse(0);
    Row all =
        table(outcome.tables(), "evals").stream()
            .filter(row -> row.getAs("client") == null)
            .findFirst()
            .orElseThrow();
    assertThat(all.<Double>getAs("loss")).isCloseTo(loss, within(1e-9));
  }

  /** Of a sample that is cut into shards and ordered by length. */
  @Test
  void aColumnOfTheRowsIsKept() throws IOException {
    Assessment.Outcome outcome =
        score(
            config(
                ofRun("fedavg", "column"),
                "parts=[test, train]",
                "rows=17",
                "shard=4",
                "batch=2",
                "key=text"));
    List<Row> predictions = table(outcome.tables(), "predictions");
    assertThat(predictions).hasSize(2 * 17);
    for (Row row : predictions) {
      org.apache.hadoop.fs.Path file = Tiny.hadoop(tiny.data().resolve(row.<String>getAs("file")));
      List<String> texts = new ArrayList<>();
      org.tributary.rows.ParquetRows.forEach(
          Tiny.STORE, file, List.of("text"), r -> texts.add(r.text("text")));
      assertThat(row.<String>getAs("key")).isEqualTo(texts.get(row.<Integer>getAs("row")));
    }
  }

  @Test
  void answersAreKept() throws IOException {
    Assessment.Outcome outcome =
        score(config(ofRun("llama", "answers"), "parts=[test]", "generate=7"));
    List<Row> predictions = table(outcome.tables(), "predictions");
    assertThat(predictions).hasSize(60);
    assertThat(predictions.stream().filter(row -> row.getAs("generated") != null)).hasSize(7);
    assertThat(predictions).allSatisfy(row -> assertThat(row.<String>getAs("answer")).isNotEmpty());
    assertThat(predictions)
        .allSatisfy(row -> assertThat(row.<Integer>getAs("tokens")).isPositive());
  }

  @Test
  void aStoppedEvaluationResumesWithTheSameBytes() throws IOException {
    EvaluateConfig config = config(ofRun("fedit", "resume"));
    Assessment.Outcome outcome = score(config);
    Path tables = Path.of(outcome.tables().toUri());
    Map<String, byte[]> before = files(tables, "predictions");
    assertThat(before).hasSize(4); // 60 test rows and 12 validation rows in shards of 25
    List<Row> evals = table(outcome.tables(), "evals");
    String kept = before.keySet().stream().sorted().findFirst().orElseThrow();
    for (String file : before.keySet()) {
      if (!file.equals(kept)) {
        Files.delete(tables.resolve("predictions").resolve(file));
      }
    }
    for (String table : List.of("evals", "classes", "confusion", "fairness")) {
      try (Stream<Path> files = Files.list(tables.resolve(table))) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      }
    }
    score(config);
    Map<String, byte[]> after = files(tables, "predictions");
    assertThat(after.keySet()).isEqualTo(before.keySet());
    after.forEach((name, bytes) -> assertThat(bytes).as(name).isEqualTo(before.get(name)));
    assertThat(scores(table(outcome.tables(), "evals"), SCORES)).isEqualTo(scores(evals, SCORES));
    Map<String, byte[]> all = files(tables, "evals");
    score(config);
    files(tables, "evals").forEach((name, bytes) -> assertThat(bytes).isEqualTo(all.get(name)));
  }

  private static Map<String, byte[]> files(Path tables, String table) throws IOException {
    Map<String, byte[]> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(tables.resolve(table))) {
      for (Path file : all.toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return files;
  }

  @Test
  void aFolderIsScoredLikeTheRunThatWroteIt() throws IOException {
    String yaml =
        """
        out: %s
        model: {path: %s, maxLength: 16}
        adapter: %s
        data: {path: %s}
        batch: 8
        shard: 25
        """
            .formatted(
                dir.resolve("scores/folder"),
                tiny.model(),
                tiny.out("fedit").resolve("adapter"),
                tiny.data());
    List<Row> evals = table(score(config(yaml)).tables(), "evals");
    assertThat(evals).singleElement();
    Row row = evals.get(0);
    assertThat((Object) row.getAs("framework")).isNull();
    assertThat((Object) row.getAs("round")).isNull();
    assertThat(row.<String>getAs("partition")).isEqualTo("data");
    assertThat(scores(evals, SCORES.subList(0, 5)).get("global test null"))
        .isEqualTo(own("fedit", 3, SCORES.subList(0, 5)).get("global test null"));
  }
}
