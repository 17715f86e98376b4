package org.tributary.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.classification.LogisticRegression;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.MiniLmImport;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.federation.Tiny;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.protocol.HostTensor;
import org.tributary.rows.WordNetNouns;

/** A real encoder gives a DataFrame's texts the reference embeddings, which MLlib learns from. */
@Slow
class TextEmbedderGoldenTest {
  private static final Set<String> CATEGORIES = Set.of("noun.animal", "noun.food", "noun.location");

  private static final double TOLERANCE = 1e-4;
  private static final Path GOLDEN = Path.of(System.getProperty("golden"), "minilm_jar");

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();
  @TempDir static Path disk;
  private static Path model;
  private static JsonNode golden;
  private static HostTensor expected;

  @BeforeAll
  static void importModel() throws IOException {
    golden = JSON.readTree(GOLDEN.resolve("golden.json").toFile());
    expected = SafeTensors.map(GOLDEN.resolve("outputs.safetensors")).get("mean_pooled_normalized");
    model = disk.resolve("minilm");
    MiniLmImport.run(Tiny.STORE, Tiny.hadoop(model));
  }

  private static TextEmbedder embedder() {
    return new TextEmbedder().setModelUrl(model.toString());
  }

  private static Dataset<Row> texts() {
    List<Row> rows = new ArrayList<>();
    golden.get("texts").forEach(text -> rows.add(RowFactory.create(text.get("text").asText())));
    rows.add(1, RowFactory.create((Object) null));
    return SPARK
        .session()
        .createDataFrame(rows, new StructType().add("text", DataTypes.StringType))
        .coalesce(1);
  }

  private static void check(List<Row> rows) {
    int width = (int) expected.shape()[1];
    assertThat(rows.remove(1).isNullAt(1)).isTrue();
    assertThat(rows).hasSize((int) expected.shape()[0]);
    for (int i = 0; i < rows.size(); i++) {
      double[] vector = rows.get(i).<Vector>getAs("features").toArray();
      assertThat(vector).hasSize(width);
      for (int j = 0; j < width; j++) {
        assertThat(vector[j])
            .as("text %d [%d]", i, j)
            .isCloseTo(expected.floats().get(i * width + j), within(TOLERANCE));
      }
    }
  }

  @Test
  void vectorsAreTheReferences() {
    check(new ArrayList<>(embedder().setNormalize(true).transform(texts()).collectAsList()));
    check(
        new ArrayList<>(
            embedder().setNormalize(true).setBatchSize(1).transform(texts()).collectAsList()));
  }

  private static Dataset<Row> wordNet() throws IOException {
    Map<String, Integer> count = new TreeMap<>();
    List<Row> rows = new ArrayList<>();
    for (WordNetNouns.Noun noun : WordNetNouns.read().nouns()) {
      boolean chosen = CATEGORIES.contains(noun.category());
      if (chosen && count.merge(noun.category(), 1, Integer::sum) % 120 == 1 && rows.size() < 120) {
        rows.add(RowFactory.create(noun.definition(), noun.category(), rows.size() % 4 == 0));
      }
    }
    return SPARK
        .session()
        .createDataFrame(
            rows,
            new StructType()
                .add("definition", DataTypes.StringType)
                .add("category", DataTypes.StringType)
                .add("test", DataTypes.BooleanType));
  }

  @Test
  void logisticRegressionLearnsWordNetFromVectors() throws IOException {
    Dataset<Row> rows = wordNet();
    Dataset<Row> test = rows.where("test");
    PipelineModel pipeline =
        new Pipeline()
            .setStages(
                new PipelineStage[] {
                  new StringIndexer().setInputCol("category").setOutputCol("label"),
                  embedder().setInputCol("definition").setMaxLength(32),
                  new LogisticRegression().setMaxIter(10).setRegParam(0.01)
                })
            .fit(rows.where("not test"));
    Dataset<Row> scored = pipeline.transform(test).cache();
    double accuracy =
        new MulticlassClassificationEvaluator().setMetricName("accuracy").evaluate(scored);
    assertThat(accuracy).isGreaterThan(0.8);
    String saved = disk.resolve("saved").toString();
    pipeline.save(saved);
    assertThat(PipelineModel.load(saved).transform(test).collectAsList())
        .isEqualTo(scored.collectAsList());
  }
}
