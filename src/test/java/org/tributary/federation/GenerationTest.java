package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.LoggedWarnings;
import org.tributary.fixture.Slow;
import org.tributary.protocol.HostTensor;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Schema;
import org.tributary.tables.RunReport;

/** A language model trained in rounds: it learns answers, is scored and writes answers. */
@Slow
class GenerationTest {
  @TempDir static Path dir;
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();
  private static Tiny tiny;

  @BeforeAll
  static void open() throws Exception {
    tiny = new Tiny(dir, 11, 30, 7);
  }

  private static TrainConfig config(String name, String framework, String... more)
      throws Exception {
    List<String> sets =
        new ArrayList<>(
            List.of(
                "model.path=" + tiny.llama(),
                "model.maxLength=64",
                "data.prompt=\"{text}: \"",
                "data.answer=label",
                "evaluate.generate=10",
                "evaluate.newTokens=6",
                "evaluate.parts=[test, validation]"));
    sets.addAll(Arrays.asList(more));
    return tiny.config(name, framework, sets.toArray(String[]::new));
  }

  @ParameterizedTest
  @ValueSource(strings = {"fedavg", "fedit"})
  void equalsThePlainLoopAndScoresWhatTheModelWrites(String framework) throws Exception {
    String[] lora = {"framework.lora.rank=3", "framework.lora.targets=[q_proj, up_proj]"};
    TrainConfig config =
        config(framework, framework, framework.equals("fedit") ? lora : new String[0]);
    Federation.Outcome outcome = new Federation(SPARK.session(), RoundListener.NONE).train(config);
    List<Map<String, HostTensor>> expected = new PlainLoop(config).run();
    for (int round = 0; round < config.rounds(); round++) {
      assertThat(Tiny.tensors(outcome.folder().global(round))).isEqualTo(expected.get(round));
    }
    assertThat(expected.get(0)).isNotEqualTo(expected.get(1));
    List<Row> evals =
        SPARK
            .session()
            .read()
            .parquet(outcome.folder().tables() + "/evals")
            .where("part = 'test'")
            .orderBy("round")
            .collectAsList();
    assertThat(evals).hasSize(config.rounds());
    for (Row row : evals) {
      double loss = row.<Double>getAs("loss");
      assertThat(row.<Double>getAs("perplexity")).isCloseTo(Math.exp(loss), within(1e-9));
      assertThat(row.<Double>getAs("generated")).isEqualTo(10);
      assertThat(row.<Double>getAs("rouge_l")).isBetween(0.0, 1.0);
      assertThat(row.<Double>getAs("bleu4")).isBetween(0.0, 100.0);
      assertThat((Object) row.getAs("accuracy")).isNull();
    }
    assertThat(evals.get(2).<Double>getAs("loss"))
        .as("answers are learnt")
        .isLessThan(evals.get(0).<Double>getAs("loss"));
  }

  @Test
  void whatTheModelsFilesAskForBesideIsSaid() throws Exception {
    Path model = Files.createDirectories(dir.resolve("asks"));
    for (String name : List.of("config.json", "model.safetensors", "tokenizer.json")) {
      Files.copy(tiny.llama().resolve(name), model.resolve(name));
    }
    Files.writeString(model.resolve("generation_config.json"), "{\"no_repeat_ngram_size\": 2}");
    String[] sets = {"model.path=" + model, "rounds=1", "evaluate.parts=[test]"};
    try (LoggedWarnings warnings = LoggedWarnings.of(Federation.class, RunChecks.class)) {
      new Federation(SPARK.session(), RoundListener.NONE).train(config("asks", "fedavg", sets));
      assertThat(warnings.heard())
          .singleElement()
          .asString()
          .contains("generation_config.json asks for no_repeat_ngram_size 2")
          .contains("evaluation writes the likeliest token");
    }
  }

  @Test
  void aTestPromptWithoutTokensEndsTheRunBeforeItTrains() throws Exception {
    Path own = Files.createDirectories(dir.resolve("blank"));
    Tiny blank = new Tiny(own, 11, 30, 7);
    Path tokenizer = blank.llama().resolve("tokenizer.json");
    ObjectNode json = (ObjectNode) JSON.readTree(tokenizer.toFile());
    json.putNull("post_processor");
    JSON.writeValue(tokenizer.toFile(), json);
    Path test = blank.data().resolve("test/part-00000.parquet");
    org.apache.hadoop.fs.Path file = new org.apache.hadoop.fs.Path(test.toUri());
    List<org.tributary.rows.Row> rows = new ArrayList<>();
    ParquetRows.forEach(Tiny.STORE, file, List.of("text", "label"), rows::add);
    Schema schema =
        Schema.of(
            new Schema.Column("text", Schema.Type.STRING),
            new Schema.Column("label", Schema.Type.STRING));
    rows.set(5, org.tributary.rows.Row.of(schema, "", "genetic"));
    Tiny.STORE.delete(file);
    Tiny.STORE.commit(file, out -> ParquetRows.write(out, schema, rows));
    blank.seal();
    TrainConfig config =
        blank.config(
            "blank",
            "fedavg",
            "model.path=" + blank.llama(),
            "model.maxLength=64",
            "data.prompt=\"{text}\"",
            "data.answer=label",
            "evaluate.parts=[test]");
    assertThatThrownBy(() -> new Federation(SPARK.session(), RoundListener.NONE).train(config))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("1 rows cannot be used")
        .hasMessageContaining("part-00000.parquet, row 5: the prompt \"\" has no tokens");
    assertThat(blank.out("blank").resolve("tables")).doesNotExist();
  }

  @Test
  void scoresDoNotDependOnTheShards() throws Exception {
    String[] names = {"shards-one", "shards-many"};
    List<RunReport> reports = new ArrayList<>();
    for (int i = 0; i < 2; i++) {
      TrainConfig config =
          config(names[i], "fedavg", "rounds=1", "evaluate.shard=" + (i == 0 ? 99 : 8));
      Federation.Outcome outcome =
          new Federation(SPARK.session(), RoundListener.NONE).train(config);
      reports.add(RunReport.of(Tiny.STORE, outcome.folder()));
    }
    for (String score : List.of("bleu4", "rouge_l", "exact_match")) {
      assertThat(reports.get(0).score("test", score))
          .isEqualTo(reports.get(1).score("test", score));
    }
    assertThat(reports.get(0).score("test", "loss"))
        .isCloseTo(reports.get(1).score("test", "loss"), within(1e-6));
  }

  @Test
  void aModelWithoutAnEndTokenOrAPromptWithoutColumnsIsRefused() {
    assertThatThrownBy(
            () ->
                new Federation(SPARK.session(), RoundListener.NONE)
                    .train(config("bad", "fedavg", "data.prompt=alpacca")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("data.prompt");
    assertThatThrownBy(
            () ->
                new Federation(SPARK.session(), RoundListener.NONE)
                    .train(config("bad", "fedavg", "data.prompt=\"{txt}\"")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("txt");
    assertThat(tiny.out("bad")).doesNotExist();
  }

  @Test
  void anAdapterOfABareGpt2HasTheNamesThatPeftLooksFor() throws Exception {
    Path golden = GoldenCases.of("gpt2");
    Path bare = Files.createDirectories(dir.resolve("bare-gpt2"));
    for (String name : List.of("config.json", "tokenizer.json")) {
      Files.copy(golden.resolve(name), bare.resolve(name));
    }
    Map<String, HostTensor> weights = new TreeMap<>();
    SafeTensors.map(golden.resolve("model.safetensors"))
        .forEach((name, w) -> weights.put(name.substring("transformer.".length()), w));
    try (OutputStream out = Files.newOutputStream(bare.resolve("model.safetensors"))) {
      SafeTensors.write(out, weights, Map.of());
    }
    TrainConfig config =
        config(
            "bare",
            "fedit",
            "model.path=" + bare,
            "rounds=1",
            "evaluate.generate=0",
            "framework.lora.rank=2",
            "framework.lora.targets=[c_attn]");
    Federation.Outcome outcome = new Federation(SPARK.session(), RoundListener.NONE).train(config);
    PeftAdapter adapter = PeftAdapter.read(Tiny.STORE, outcome.folder().adapter());
    assertThat(adapter.tensors().keySet())
        .hasSize(4)
        .allMatch(name -> name.startsWith("transformer.h."));
    assertThat(adapter.tensors().get("transformer.h.0.attn.c_attn.lora_B.weight").shape())
        .containsExactly(96, 2);
    assertThat(adapter.config().fanInFanOut()).isTrue();
  }
}
