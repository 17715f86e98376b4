package org.tributary.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.json.Json;
import org.tributary.json.Yaml;
import org.tributary.protocol.HostTensor;

/**
 * A classifier of every family in a DataFrame: the test rows of each case of {@code heads} have the
 * logits that transformers and peft recorded, with a whole model and with an adapter.
 */
@Slow
class HeadsScoredGoldenTest {
  private static final Path HEADS = Path.of(System.getProperty("golden"), "heads");
  private static final double TOLERANCE = 1e-4;

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @TestFactory
  Stream<DynamicTest> theTestRowsHaveTheLogitsOfTransformers() throws IOException {
    assumeTrue(Files.isDirectory(HEADS), () -> "no such cases in " + HEADS);
    try (Stream<Path> all = Files.list(HEADS)) {
      List<Path> cases = all.filter(f -> Files.exists(f.resolve("golden.json"))).sorted().toList();
      assertThat(cases).isNotEmpty();
      return cases.stream()
          .flatMap(
              folder ->
                  Stream.of("model", "adapter")
                      .map(
                          kind ->
                              DynamicTest.dynamicTest(
                                  folder.getFileName() + " " + kind, () -> check(folder, kind))));
    }
  }

  private static void check(Path folder, String kind) throws IOException {
    Dataset<Row> rows = SPARK.session().read().parquet(folder.resolve("rows/test").toString());
    String url = folder.resolve(kind).toString();
    List<Row> scored =
        (List.of(rows.columns()).contains("image")
                ? adapted(new ImageClassifier().setInputCol("image"), folder, kind)
                : adapted(texts(folder, kind), folder, kind))
            .setModelUrl(url)
            .setBatchSize(7)
            .transform(rows)
            .collectAsList();
    HostTensor expected = SafeTensors.map(folder.resolve("outputs.safetensors")).get(kind);
    float[] logits = expected.toFloats();
    int classes = Math.toIntExact(expected.shape()[1]);
    assertThat(scored).hasSize(Math.toIntExact(expected.shape()[0]));
    for (int i = 0; i < scored.size(); i++) {
      double[] found = scored.get(i).<Vector>getAs("rawPrediction").toArray();
      assertThat(found).as("row %d", i).hasSize(classes);
      for (int c = 0; c < classes; c++) {
        assertThat(found[c])
            .as("row %d, class %d", i, c)
            .isCloseTo(logits[i * classes + c], within(TOLERANCE));
      }
      assertThat(scored.get(i).<String>getAs("predictedLabel"))
          .as("the recorded accuracy is 1 or close to it, and classes have their names")
          .isIn(scored.stream().map(row -> row.<String>getAs("label")).toList());
    }
  }

  /** The layer before the classifier is not needed, and its weights are not there. */
  @ParameterizedTest
  @ValueSource(strings = {"bert", "distilbert", "roberta"})
  void aBaseModelWithoutAClassifierEmbedsTexts(String name) throws IOException {
    Path base = HEADS.resolve(name).resolve("base");
    JsonNode config = Json.tree(Files.readString(base.resolve("config.json")));
    Dataset<Row> rows =
        SPARK.session().read().parquet(HEADS.resolve(name + "/rows/test").toString());
    List<Row> embedded =
        new TextEmbedder()
            .setInputCol("text")
            .setOutputCol("vector")
            .setModelUrl(base.toString())
            .setMaxLength(32)
            .transform(rows)
            .collectAsList();
    assertThat(embedded).isNotEmpty();
    for (Row row : embedded) {
      double[] vector = row.<Vector>getAs("vector").toArray();
      assertThat(vector).hasSize(config.path("hidden_size").asInt(config.path("dim").asInt()));
      assertThat(Arrays.stream(vector).map(Math::abs).sum()).isFinite().isPositive();
    }
  }

  private static ModelTransformer<?> adapted(ModelTransformer<?> scorer, Path folder, String kind) {
    if (kind.equals("adapter")) {
      scorer.setBaseModelUrl(folder.resolve("base").toString());
    }
    return scorer;
  }

  private static ModelTransformer<?> texts(Path folder, String kind) throws IOException {
    String run = Files.readString(folder.resolve(kind + ".yaml"));
    int length = Yaml.tree(run).path("model").path("maxLength").asInt();
    TextClassifier classifier = new TextClassifier().setInputCol("text");
    return length == 0 ? classifier : classifier.setMaxLength(length);
  }
}
