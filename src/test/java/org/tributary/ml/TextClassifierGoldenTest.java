package org.tributary.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;

/** The logits of a scored DataFrame are those that transformers recorded for the same tokens. */
@Slow
class TextClassifierGoldenTest {
  private static final double TOLERANCE = 1e-4;
  private static final Path GOLDEN = Path.of(System.getProperty("golden"));

  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @TempDir Path disk;

  private static Dataset<Row> frame(List<List<String>> rows) {
    StructType schema = new StructType().add("id", DataTypes.IntegerType);
    for (int i = 0; i < rows.get(0).size(); i++) {
      schema = schema.add("text" + i, DataTypes.StringType);
    }
    List<Row> all = new ArrayList<>();
    for (int i = 0; i < rows.size(); i++) {
      all.add(
          RowFactory.create(
              Stream.concat(Stream.of(i), rows.get(i).stream()).toArray(Object[]::new)));
    }
    return SPARK.session().createDataFrame(all, schema);
  }

  private static void check(Row row, double[] expected) {
    double[] logits = row.<Vector>getAs("rawPrediction").toArray();
    double[] p = row.<Vector>getAs("probability").toArray();
    double sum = 0;
    for (double logit : expected) {
      sum += Math.exp(logit);
    }
    int best = 0;
    assertThat(logits).hasSameSizeAs(expected);
    for (int c = 0; c < expected.length; c++) {
      assertThat(logits[c]).as("class %d", c).isCloseTo(expected[c], within(TOLERANCE));
      assertThat(p[c]).isCloseTo(Math.exp(expected[c]) / sum, within(TOLERANCE));
      best = expected[c] > expected[best] ? c : best;
    }
    assertThat(row.<Double>getAs("prediction")).isEqualTo(best);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2_score", "llama_score", "gemma3_score"})
  void decodersClassifyTexts(String name) throws IOException {
    WordModel model = new WordModel(GOLDEN.resolve(name), disk.resolve(name), false);
    List<Row> scored =
        new TextClassifier()
            .setInputCol("text0")
            .setModelUrl(model.folder().toString())
            .transform(frame(model.texts()))
            .collectAsList();
    assertThat(scored).hasSize(3);
    List<List<String>> withEmpty = new ArrayList<>(model.texts());
    withEmpty.add(1, List.of(""));
    List<Row> four =
        new TextClassifier()
            .setInputCol("text0")
            .setModelUrl(model.folder().toString())
            .transform(frame(withEmpty).coalesce(1))
            .collectAsList();
    check(four.get(0), model.logits(0));
    assertThat(four.get(1).isNullAt(2)).as("a text without tokens").isTrue();
    check(four.get(2), model.logits(1));
    for (int i = 0; i < scored.size(); i++) {
      check(scored.get(i), model.logits(i));
    }
  }

  @Test
  void bertClassifiesTextsAndPairs() throws IOException {
    WordModel model = new WordModel(GOLDEN.resolve("bert"), disk.resolve("bert"), true);
    List<List<String>> texts = model.texts();
    assertThat(texts).extracting(List::size).containsExactly(2, 1, 2);
    TextClassifier classifier = new TextClassifier().setModelUrl(model.folder().toString());
    List<Row> pairs =
        classifier
            .copy(ParamMap.empty())
            .setInputCols("text0", "text1")
            .transform(frame(List.of(texts.get(0), texts.get(2))))
            .collectAsList();
    check(pairs.get(0), model.logits(0));
    check(pairs.get(1), model.logits(2));
    Row single = classifier.setInputCol("text0").transform(frame(List.of(texts.get(1)))).first();
    check(single, model.logits(1));
    assertThat(classifier.labels()).hasSize(model.logits(0).length);
    assertThat(single.<String>getAs("predictedLabel"))
        .isEqualTo(classifier.labels()[(int) (double) single.<Double>getAs("prediction")]);
  }
}
