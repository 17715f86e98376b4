package org.tributary.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkException;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.config.ConfigReader;
import org.tributary.config.GenerateConfig;
import org.tributary.error.WrongInput;
import org.tributary.federation.Tiny;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.LoggedWarnings;
import org.tributary.fixture.Slow;
import org.tributary.generation.Generation;
import org.tributary.generation.GenerationListener;

/** The answers in a DataFrame are those of the job generate, whatever the partitions. */
@Slow
class TextGeneratorTest {
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();
  @TempDir static Path disk;
  private static Path llama;
  private static Path rows;

  @BeforeAll
  static void model() throws IOException {
    llama = new Tiny(disk, 5).llama();
    rows = disk.resolve("rows");
    List<Row> all = new ArrayList<>();
    for (int i = 0; i < 14; i++) {
      String text = "what is number " + "x".repeat(i % 5) + i * i;
      all.add(RowFactory.create((long) i, text, i % 2 == 0 ? "short" : ""));
    }
    SPARK
        .session()
        .createDataFrame(
            all,
            new StructType()
                .add("id", DataTypes.LongType)
                .add("question", DataTypes.StringType)
                .add("style", DataTypes.StringType))
        .coalesce(1)
        .write()
        .parquet(rows.toString());
  }

  private static Dataset<Row> data() {
    return SPARK.session().read().parquet(rows.toString());
  }

  private static TextGenerator generator() {
    return new TextGenerator()
        .setInputCol("question")
        .setModelUrl(llama.toString())
        .setMaxLength(48)
        .setNewTokens(8)
        .setBatchSize(3);
  }

  private static List<Row> job(String name, String prompt, String decoding) throws IOException {
    return job(name, llama, "prompt: \"%s\"".formatted(prompt), decoding);
  }

  private static List<Row> job(String name, Path model, String prompt, String decoding)
      throws IOException {
    Path out = disk.resolve("answers-" + name);
    String yaml =
        """
        out: %s
        seed: 11
        model: {path: %s, maxLength: 48}
        data: {paths: [%s], %s}
        decoding: {newTokens: 8%s}
        shard: 6
        batch: 4
        """
            .formatted(out, model, rows, prompt, decoding);
    new Generation(SPARK.session(), GenerationListener.NONE)
        .run(ConfigReader.read("g.yaml", yaml, List.of(), GenerateConfig.class, Map.of()));
    return SPARK
        .session()
        .read()
        .parquet(out.resolve("rows").toString())
        .orderBy("id")
        .collectAsList();
  }

  private static void same(Dataset<Row> answered, List<Row> job) {
    List<Row> own = answered.orderBy("id").collectAsList();
    assertThat(own).hasSameSizeAs(job);
    assertThat(own)
        .extracting(row -> row.<String>getAs("generated"))
        .isEqualTo(job.stream().map(row -> row.<String>getAs("generated")).toList());
    assertThat(own).extracting(row -> row.<String>getAs("generated")).doesNotContainNull();
  }

  @Test
  void answersAreThoseOfTheJob() throws IOException {
    List<Row> greedy = job("greedy", "{question}", "");
    same(generator().transform(data()), greedy);
    same(generator().transform(data().repartition(4)), greedy);
    List<Row> drawn = job("drawn", "{question} ({style})", ", temperature: 0.8, topP: 0.9");
    TextGenerator drawing =
        generator()
            .setPrompt("{question} ({style})")
            .setTemperature(0.8)
            .setTopP(0.9)
            .setSeed(11)
            .setTruncatedCol("cut");
    Dataset<Row> answered = drawing.setRowCol("id").transform(data().repartition(3));
    same(answered, drawn);
    assertThat(answered.orderBy("id").collectAsList())
        .extracting(row -> row.<Boolean>getAs("cut"))
        .isEqualTo(drawn.stream().map(row -> row.<Boolean>getAs("truncated")).toList());
    assertThat(greedy).isNotEqualTo(drawn);
  }

  @Test
  void aChatFollowsTheModelsTemplateAsInTheJob() throws IOException {
    Path model = Files.createDirectories(disk.resolve("chat"));
    for (String name : List.of("config.json", "model.safetensors", "tokenizer.json")) {
      Files.copy(llama.resolve(name), model.resolve(name));
    }
    Files.writeString(
        model.resolve("tokenizer_config.json"),
        """
        {"chat_template": "{% for m in messages %}{{ m['role'] + ': ' + m['content'] + ' ' }}{% endfor %}{% if add_generation_prompt %}{{ 'assistant: ' }}{% endif %}"}
        """);
    List<Row> job =
        job(
            "chat",
            model,
            "prompt: chat, message: \"{question}\", system: Say it",
            ", repetitionPenalty: 1.3");
    TextGenerator chat =
        generator()
            .setModelUrl(model.toString())
            .setPrompt("chat")
            .setSystem("Say it")
            .setRepetitionPenalty(1.3);
    same(chat.transform(data()), job);
    same(chat.setMessage("{question}").setInputCol("none").transform(data()), job);
  }

  @Test
  void withoutNumbersARowsAnswerDependsOnItsPrompt() {
    TextGenerator drawing = generator().setTemperature(1.5).setSeed(3);
    List<Row> once = drawing.transform(data().coalesce(1)).orderBy("id").collectAsList();
    assertThat(drawing.transform(data().repartition(4)).orderBy("id").collectAsList())
        .isEqualTo(once);
    assertThat(drawing.setSeed(4).transform(data()).orderBy("id").collectAsList())
        .isNotEqualTo(once);
  }

  @Test
  void nullAndAPipelineStay() throws IOException {
    Dataset<Row> some = data().selectExpr("id", "if(id % 4 = 1, null, question) as question");
    PipelineModel pipeline = new Pipeline().setStages(new PipelineStage[] {generator()}).fit(some);
    List<Row> answered = pipeline.transform(some).collectAsList();
    assertThat(answered)
        .allSatisfy(row -> assertThat(row.isNullAt(2)).isEqualTo(row.isNullAt(1)))
        .hasSize(14);
    String saved = disk.resolve("saved").toString();
    pipeline.save(saved);
    assertThat(PipelineModel.load(saved).transform(some).collectAsList()).isEqualTo(answered);
  }

  private static void refused(TextGenerator generator, String... words) {
    assertThatThrownBy(() -> generator.transform(data()))
        .isInstanceOf(WrongInput.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(words));
  }

  @Test
  void wrongSettingsAreRefusedByName() {
    refused(generator().setNewTokens(48), "newTokens: 48 leave no room");
    refused(generator().setTopP(0.5), "topP is 0.5, but with temperature 0");
    refused(generator().setPrompt("{questoin}"), "no column questoin", "did you mean question?");
    refused(generator().setPrompt("{id}"), "column id is bigint, but string is needed");
    refused(generator().setPrompt("alpacca"), "prompt: \"alpacca\" is not a known prompt");
    refused(generator().setSystem("Be brief."), "message and system are for chats");
    refused(generator().setPrompt("chat"), "template");
    refused(generator().setRowCol("style"), "rowCol: column style is string, but bigint or int");
    refused(
        generator().setModelUrl(Path.of("src/test/resources/golden/bert").toString()),
        "classifies or embeds text; use TextClassifier or TextEmbedder");
    Dataset<Row> unnumbered = data().selectExpr("question", "if(id = 3, null, id) as n");
    assertThatThrownBy(() -> generator().setRowCol("n").transform(unnumbered).collect())
        .isInstanceOf(SparkException.class)
        .hasMessageContaining("rowCol: column n has null");
  }

  @ParameterizedTest
  @CsvSource({"1.2, false", "1.0, true"})
  void whatTheModelsFilesAskForBesideIsSaid(double penalty, boolean said) throws IOException {
    Path model = Files.createDirectories(disk.resolve("asks" + penalty));
    for (String name : List.of("config.json", "model.safetensors", "tokenizer.json")) {
      Files.copy(llama.resolve(name), model.resolve(name));
    }
    Files.writeString(model.resolve("generation_config.json"), "{\"repetition_penalty\": 1.2}");
    try (LoggedWarnings warnings = LoggedWarnings.of(TextGenerator.class)) {
      generator().setModelUrl(model.toString()).setRepetitionPenalty(penalty).transform(data());
      assertThat(warnings.heard()).hasSize(said ? 1 : 0);
    }
  }
}
