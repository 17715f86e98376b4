package org.tributary.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;

/** Functions of SQL give what the Transformers give. */
@Slow
class RowFunctionTest {
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  @BeforeAll
  static void view() {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      rows.add(RowFactory.create(i, i % 6 == 5 ? null : "what is disease " + i * i, "it is"));
    }
    SPARK
        .session()
        .createDataFrame(
            rows,
            new StructType()
                .add("id", DataTypes.IntegerType)
                .add("text", DataTypes.StringType)
                .add("answer", DataTypes.StringType))
        .repartition(4)
        .createOrReplaceTempView("t");
  }

  private static TextClassifier classifier() {
    return new TextClassifier().setModelUrl(GoldenCases.of("bert").toString());
  }

  private static TextGenerator generator() {
    return new TextGenerator()
        .setInputCol("text")
        .setModelUrl(GoldenCases.of("llama_gqa").toString())
        .setMaxLength(32)
        .setNewTokens(4);
  }

  /** The rows of a Transformer and of a query, in the order of their ids. */
  private static void same(Dataset<Row> scored, String column, String query) {
    List<Row> expected = scored.select("id", column).orderBy("id").collectAsList();
    assertThat(SPARK.session().sql(query + " ORDER BY id").collectAsList()).isEqualTo(expected);
    assertThat(expected).extracting(row -> row.isNullAt(1)).contains(true, false);
  }

  @Test
  void oneTextTwoTextsAndTwoModelsInOneQuery() {
    SparkSession spark = SPARK.session();
    Dataset<Row> t = spark.table("t");
    UserDefinedFunction classify = classifier().registerUdf(spark, "classify");
    same(classifier().transform(t), "predictedLabel", "SELECT id, classify(text) AS c FROM t");
    same(
        t.select(t.col("id"), classify.apply(t.col("text")).as("c")),
        "c",
        "SELECT id, classify(text) AS c FROM t");
    TextClassifier pair = classifier().setInputCols("text", "answer");
    pair.registerUdf(spark, "classify_pair");
    same(pair.transform(t), "predictedLabel", "SELECT id, classify_pair(text, answer) AS c FROM t");
    generator().registerUdf(spark, "generate");
    same(generator().transform(t), "generated", "SELECT id, generate(text) AS g FROM t");
    Row both =
        spark
            .sql(
                "SELECT count(classify(text)), count(generate(text)), count(distinct classify(text)) FROM t")
            .first();
    assertThat(both.getLong(0)).isEqualTo(34);
    assertThat(both.getLong(1)).isEqualTo(34);
    assertThat(both.getLong(2)).isPositive();
  }

  @Test
  void literalsVectorsAndImages() throws Exception {
    SparkSession spark = SPARK.session();
    classifier().registerUdf(spark, "classify");
    Row literal = spark.sql("SELECT classify('what is it'), classify(null)").first();
    assertThat(List.of(classifier().labels())).contains(literal.getString(0));
    assertThat(literal.isNullAt(1)).isTrue();
    TextEmbedder embedder = new TextEmbedder().setModelUrl(GoldenCases.of("bert").toString());
    embedder.registerUdf(spark, "embed");
    Vector vector = spark.sql("SELECT embed('what is it')").first().getAs(0);
    assertThat(vector)
        .isEqualTo(
            embedder
                .transform(spark.sql("SELECT 'what is it' AS text"))
                .first()
                .<Vector>getAs("features"));
    new ImageClassifier()
        .setModelUrl(GoldenCases.of("vit").toString())
        .registerUdf(spark, "classify_image");
    byte[] image = Files.readAllBytes(Path.of("src/test/resources/pillow/rgb.png"));
    Dataset<Row> images =
        spark.createDataFrame(
            List.of(RowFactory.create((Object) image), RowFactory.create((Object) null)),
            new StructType().add("image", DataTypes.BinaryType));
    List<Row> labels = images.selectExpr("classify_image(image)").collectAsList();
    assertThat(labels.get(0).getString(0)).startsWith("LABEL_");
    assertThat(labels.get(1).isNullAt(0)).isTrue();
  }

  @Test
  void aFunctionWithoutAModelOrWithRowNumbersIsRefused() {
    assertThatThrownBy(() -> new TextClassifier().registerUdf(SPARK.session(), "f"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("modelUrl: is not set");
    assertThatThrownBy(() -> generator().setRowCol("id").registerUdf(SPARK.session(), "f"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("rowCol: a function of SQL has no numbers of rows");
  }
}
