package org.tributary.ml;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.UnaryOperator;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.error.WrongInput;
import org.tributary.federation.Tiny;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;

/** What an estimator refuses: by the name of the param, before it writes anything. */
@Slow
class FineTunerInputTest {
  @TempDir static Path dir;

  @RegisterExtension
  static final LocalSpark SPARK = new LocalSpark().with("spark.sql.shuffle.partitions", "2");

  private static Tiny tiny;
  private static Dataset<Row> texts;

  @BeforeAll
  static void make() throws Exception {
    tiny = new Tiny(dir.resolve("tiny"), 5, 5);
    texts = TinyFrame.texts(SPARK.session(), 24, 1);
  }

  private static void refused(
      UnaryOperator<FederatedFineTuner> change, Dataset<Row> rows, String... words) {
    Path work = dir.resolve("work");
    FederatedFineTuner tuner = change.apply(TinyFrame.tuner(tiny.model(), work));
    assertThatThrownBy(() -> tuner.fit(rows))
        .isInstanceOf(WrongInput.class)
        .hasMessageContainingAll(words);
    assertThat(Files.exists(work)).isFalse();
  }

  @Test
  void columns() {
    refused(t -> t.setClientCol("ofice"), texts, "clientCol", "ofice", "did you mean office?");
    refused(t -> t.setClientCol("number"), texts, "clientCol", "double", "string");
    refused(t -> t.setTextCol("number"), texts, "textCol", "number is double");
    refused(t -> t.setLabelCol("held"), texts, "labelCol", "held is boolean");
    refused(t -> t.setValidationIndicatorCol("text"), texts, "validationIndicatorCol", "boolean");
    refused(t -> t.setImageCol("text"), texts, "imageCol", "textCol", "set one of them");
    refused(t -> (FederatedFineTuner) t.clear(t.textCol()), texts, "textCol", "none is set");
    refused(
        t -> (FederatedFineTuner) t.setTextPairCol("text").clear(t.textCol()),
        texts,
        "textPairCol",
        "setTextCol");
    refused(t -> t.setValidation(0.5).setValidationIndicatorCol("held"), texts, "set one of them");
  }

  @Test
  void columnsOfTheModel() {
    refused(t -> t.setOutputCol("Text"), texts, "new column Text (string) is already there");
    refused(t -> t.setPredictionCol("predictedlabel"), texts, "two of the new columns");
    refused(
        t -> t.setOutputCol("").setPredictionCol("").setProbabilityCol("").setRawPredictionCol(""),
        texts,
        "all new columns are left out");
    refused(
        t ->
            (FederatedFineTuner)
                t.setPromptCol("text").setAnswerCol("label").setOutputCol("").clear(t.textCol()),
        texts,
        "outputCol: the new column needs a name of its own");
  }

  @Test
  void rows() {
    refused(t -> t, texts.limit(0), "no rows");
    Dataset<Row> nulls =
        texts.withColumn("office", when(col("id").gt(20), lit(null)).otherwise(col("office")));
    refused(t -> t, nulls, "clientCol: 3 of 24 rows have no value in column office");
    Dataset<Row> blanks =
        texts
            .withColumn("label", when(col("id").equalTo(1), lit(" ")).otherwise(col("label")))
            .withColumn("text", when(col("id").equalTo(2), lit(null)).otherwise(col("text")));
    refused(t -> t, blanks, "labelCol: 1 of 24 rows", "textCol: 1 of 24 rows");
    refused(
        t -> t, texts.withColumn("office", lit("one")), "clientCol", "one value", "two clients");
    refused(
        t -> t.setValidationIndicatorCol("held"),
        texts.withColumn("held", lit(true)),
        "clientCol: no row is left to train on");
    Dataset<Row> halves = texts.withColumn("number", col("number").plus(0.5));
    refused(t -> t.setLabelCol("number"), halves, "labelCol", "0.5", "cast the column to string");
    Dataset<Row> negative = texts.withColumn("number", col("number").minus(1).cast("int"));
    refused(t -> t.setLabelCol("number"), negative, "labelCol", "-1", "number the classes 0, 1, 2");
  }

  @Test
  void params() {
    refused(t -> (FederatedFineTuner) t.clear(t.modelUrl()), texts, "modelUrl", "setModelUrl");
    refused(t -> (FederatedFineTuner) t.clear(t.steps()), texts, "steps", "setSteps");
    refused(t -> (FederatedFineTuner) t.clear(t.clientCol()), texts, "clientCol", "setClientCol");
    refused(t -> t.setModelUrl(dir + "/none"), texts, "modelUrl", "/none", "is not a model");
    refused(t -> t.setFramework("fedaverage"), texts, "setFramework", "fedavg");
    refused(t -> t.setOptimizer("adam"), texts, "setOptimizer", "adamw");
    refused(t -> t.setFramework("local"), texts, "framework: local", "model of its own");
    refused(t -> t.setFramework("fedit"), texts, "framework.lora");
    refused(t -> t.setConfig("client: {batsh: 3}"), texts, "config:1", "batsh", "batch");
    refused(t -> t.setConfig("a: ["), texts, "config:1", "no valid YAML");
    refused(t -> t.setConfig("client: {batch: 3}"), texts, "client.batch", "setBatchSize");
    refused(t -> t.setConfig("out: there"), texts, "out", "setWorkDir");
    refused(t -> t.setConfig("data: {answer: text}"), texts, "data.answer");
    assertThatThrownBy(() -> TinyFrame.tuner(dir, dir).setRounds(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("rounds");
  }

  @Test
  void labelsThatTheKeptHeadDoesNotKnow() {
    String kept = GoldenCases.of("bert").toString();
    refused(t -> t.setModelUrl(kept), texts, "the DataFrame", "unknown to the model", "newHead");
    Dataset<Row> nine = texts.withColumn("number", col("number").plus(9));
    refused(
        t -> t.setModelUrl(kept).setLabelCol("number"), nine, "classNumbers", "is not a number");
  }

  @Test
  void foldersThatExecutorsDoNotSee() {
    SparkConf cluster = new SparkConf(false).set("spark.master", "spark://host:7077");
    assertThatThrownBy(() -> ReachableFolders.check(cluster, "workDir", Tiny.hadoop(dir), false))
        .isInstanceOf(WrongInput.class)
        .hasMessageContainingAll("workDir", "several nodes", "shared: true in config");
    ReachableFolders.check(cluster, "workDir", Tiny.hadoop(dir), true);
  }

  /** Every text is a client: what file names cannot have is encoded. */
  @Test
  void anyTextIsAClient() throws Exception {
    Dataset<Row> rows =
        texts.withColumn(
            "office",
            when(col("id").mod(2).equalTo(0), lit("../a/b: c")).otherwise(lit("Ökobüro")));
    FineTunedModel model =
        TinyFrame.tuner(tiny.model(), dir.resolve("clients")).setRounds(1).fit(rows);
    assertThat(model.tables(SPARK.session()).get("clients").select("client").distinct().count())
        .isEqualTo(2);
  }
}
