package org.tributary.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.error.WrongInput;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.protocol.HostTensor;

/** What the files of a sentence-transformers model say decides how vectors are made. */
@Slow
class SentenceModulesTest {
  private static final Path GOLDEN = Path.of(System.getProperty("golden"), "bert");

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();
  @TempDir static Path disk;
  private static WordModel words;
  private static Path model;

  @BeforeAll
  static void model() throws IOException {
    words = new WordModel(GOLDEN, disk.resolve("bert"), true);
    model = words.folder();
  }

  @AfterEach
  void withoutModules() throws IOException {
    Files.deleteIfExists(model.resolve("modules.json"));
    Files.deleteIfExists(model.resolve("1_Pooling/config.json"));
    Files.deleteIfExists(model.resolve("config_sentence_transformers.json"));
    Files.deleteIfExists(model.resolve("sentence_bert_config.json"));
  }

  private static TextEmbedder embedder() {
    return new TextEmbedder().setModelUrl(model.toString());
  }

  /** Row 1 of the golden case: one text. */
  private static Dataset<Row> texts() throws IOException {
    return SPARK
        .session()
        .createDataFrame(
            List.of(RowFactory.create(words.texts().get(1).get(0))),
            new StructType().add("text", DataTypes.StringType));
  }

  private static Vector vector(TextEmbedder embedder) throws IOException {
    return embedder.transform(texts()).first().getAs("features");
  }

  private static void modules(String pooling, String... more) throws IOException {
    Files.createDirectories(model.resolve("1_Pooling"));
    Files.writeString(
        model.resolve("modules.json"),
        """
        [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
         {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}%s]
        """
            .formatted(String.join("", more)));
    Files.writeString(model.resolve("1_Pooling/config.json"), pooling);
  }

  private static final String NORMALIZE =
      ", {\"idx\": 2, \"path\": \"2_Normalize\", \"type\": \"sentence_transformers.models.Normalize\"}";

  private static final String MEAN =
      "{\"word_embedding_dimension\": 32, \"pooling_mode_cls_token\": false, \"pooling_mode_mean_tokens\": true}";

  @Test
  void modulesSayHowVectorsAreMade() throws IOException {
    modules(MEAN, NORMALIZE);
    Vector unit = vector(embedder());
    assertThat(Vectors.norm(unit, 2)).isCloseTo(1, within(1e-12));
    modules("{\"pooling_mode\": \"mean\"}", NORMALIZE);
    assertThat(vector(embedder())).isEqualTo(unit);
    assertThat(vector(embedder().setNormalize(false))).isNotEqualTo(unit);
    modules(MEAN);
    Vector whole = vector(embedder());
    assertThat(Vectors.norm(whole, 2)).isNotCloseTo(1, within(1e-3));
    assertThat(vector(embedder().setNormalize(true))).isEqualTo(unit);
    Files.writeString(
        model.resolve("sentence_bert_config.json"),
        "{\"max_seq_length\": 5, \"do_lower_case\": false}");
    assertThat(vector(embedder()))
        .isEqualTo(vector(embedder().setMaxLength(5)))
        .isNotEqualTo(whole);
  }

  /** The recorded hidden states of the case give the vectors. */
  @ParameterizedTest
  @CsvSource({"mean", "cls", "max", "last"})
  void vectorsAreThoseOfTheRecordedStates(String pooling) throws IOException {
    HostTensor states =
        SafeTensors.map(GOLDEN.resolve("outputs.safetensors")).get("hidden_states.2");
    HostTensor mask = SafeTensors.map(GOLDEN.resolve("inputs.safetensors")).get("attention_mask");
    int length = (int) states.shape()[1];
    int width = (int) states.shape()[2];
    int tokens = 0;
    for (int i = length; i < 2 * length; i++) {
      tokens += (int) mask.data().asLongBuffer().get(i);
    }
    double[] expected = pooled(states, length * width, tokens, width, pooling);
    Vector own = vector(embedder().setPooling(pooling));
    assertThat(own.size()).isEqualTo(width);
    for (int j = 0; j < width; j++) {
      assertThat(own.apply(j)).isCloseTo(expected[j], within(1e-4));
    }
    modules("{\"pooling_mode\": \"%s\"}".formatted(pooling.replace("last", "lasttoken")));
    assertThat(vector(embedder())).isEqualTo(own);
  }

  @Test
  void aDecoderEmbedsWithItsLastToken() throws IOException {
    Path golden = Path.of(System.getProperty("golden"), "llama_gqa");
    WordModel decoder = new WordModel(golden, disk.resolve("llama"), false);
    HostTensor states =
        SafeTensors.map(golden.resolve("outputs.safetensors")).get("hidden_states.2");
    int length = (int) states.shape()[1];
    int width = (int) states.shape()[2];
    String text = decoder.texts().get(1).get(0);
    int tokens = text.split(" ").length;
    double[] expected = pooled(states, length * width, tokens, width, "last");
    TextEmbedder embedder =
        new TextEmbedder().setModelUrl(decoder.folder().toString()).setPooling("last");
    List<Row> rows =
        embedder
            .transform(
                SPARK
                    .session()
                    .createDataFrame(
                        List.of(RowFactory.create(text), RowFactory.create("")),
                        new StructType().add("text", DataTypes.StringType))
                    .coalesce(1))
            .collectAsList();
    assertThat(rows.get(1).isNullAt(1)).as("a text without tokens").isTrue();
    Vector own = rows.get(0).getAs("features");
    for (int j = 0; j < width; j++) {
      assertThat(own.apply(j)).isCloseTo(expected[j], within(1e-4));
    }
  }

  private static double[] pooled(
      HostTensor states, int from, int tokens, int width, String pooling) {
    double[] vector = new double[width];
    for (int j = 0; j < width; j++) {
      int place = j;
      DoubleStream values =
          IntStream.range(0, tokens)
              .mapToDouble(t -> states.floats().get(from + t * width + place));
      double[] all = values.toArray();
      vector[j] =
          switch (pooling) {
            case "mean" -> DoubleStream.of(all).average().orElseThrow();
            case "max" -> DoubleStream.of(all).max().orElseThrow();
            case "cls" -> all[0];
            default -> all[tokens - 1];
          };
    }
    return vector;
  }

  private static void refused(String... words) {
    assertThatThrownBy(() -> embedder().transform(texts()))
        .isInstanceOf(WrongInput.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(words));
  }

  @Test
  void modulesThatAreNotComputedAreRefused() throws IOException {
    modules(MEAN, ", {\"path\": \"2_Dense\", \"type\": \"sentence_transformers.models.Dense\"}");
    refused("modules.json: has the modules sentence_transformers.models.Dense");
    modules("{\"pooling_mode_mean_tokens\": true, \"pooling_mode_cls_token\": true}");
    refused("1_Pooling/config.json: asks for the pooling \"mean and cls\"");
    modules("{\"pooling_mode_weightedmean_tokens\": true}");
    refused("asks for the pooling \"weightedmean\"");
    modules(MEAN);
    Files.writeString(
        model.resolve("config_sentence_transformers.json"), "{\"default_prompt_name\": \"query\"}");
    refused("puts the prompt \"query\" before each text");
    Files.writeString(
        model.resolve("config_sentence_transformers.json"), "{\"default_prompt_name\": null}");
    Files.writeString(model.resolve("sentence_bert_config.json"), "{\"do_lower_case\": true}");
    refused("do_lower_case is true");
  }
}
