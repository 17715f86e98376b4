package org.tributary.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.IndexToString;
import org.apache.spark.ml.feature.StringIndexerModel;
import org.apache.spark.ml.linalg.Vector;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.error.WrongInput;
import org.tributary.federation.Federation;
import org.tributary.federation.RoundListener;
import org.tributary.federation.Tiny;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;

/** Scoring of texts: what a run trained, in the columns of MLlib, whatever the partitions. */
@Slow
class TextClassifierTest {
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();
  @TempDir static Path disk;
  private static Tiny tiny;

  @BeforeAll
  static void train() throws Exception {
    tiny = new Tiny(disk, 11, 8, 30);
    Federation federation = new Federation(SPARK.session(), RoundListener.NONE);
    String[] once = {"rounds=1", "client.schedule.warmup=0"};
    federation.train(tiny.config("fedavg", "fedavg", once));
    String[] lora = Stream.of(Tiny.LORA, once).flatMap(Stream::of).toArray(String[]::new);
    federation.train(tiny.config("fedit", "fedit", lora));
  }

  private static Dataset<Row> test() {
    return SPARK.session().read().parquet(tiny.data().resolve("test").toString());
  }

  private static Dataset<Row> numbered(int rows) {
    List<Row> all = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      String text = i % 7 == 3 ? null : "what is the treatment of disease " + i * i;
      all.add(RowFactory.create(i, text));
    }
    return SPARK
        .session()
        .createDataFrame(
            all,
            new StructType().add("id", DataTypes.IntegerType).add("text", DataTypes.StringType));
  }

  private static TextClassifier ofRun(String run) {
    return new TextClassifier().setModelUrl(tiny.out(run).toString());
  }

  @ParameterizedTest
  @ValueSource(strings = {"fedavg", "fedit"})
  void aRunHasTheAccuracyOfItsOwnEvaluation(String run) {
    TextClassifier classifier = ofRun(run);
    assertThat(classifier.labels()).containsExactly("genetic", "symptoms", "treatment");
    StringIndexerModel indexer =
        new StringIndexerModel(classifier.labels()).setInputCol("label").setOutputCol("index");
    Dataset<Row> scored = indexer.transform(classifier.transform(test()));
    double accuracy =
        new MulticlassClassificationEvaluator()
            .setLabelCol("index")
            .setMetricName("accuracy")
            .evaluate(scored);
    Row own =
        SPARK
            .session()
            .read()
            .parquet(tiny.out(run).resolve("tables/evals").toString())
            .where("round = 1 and part = 'test'")
            .first();
    assertThat(accuracy).isEqualTo(own.<Double>getAs("accuracy"));
    double loss =
        new MulticlassClassificationEvaluator()
            .setLabelCol("index")
            .setMetricName("logLoss")
            .evaluate(scored);
    assertThat(loss).isPositive().isFinite();
    Dataset<Row> named =
        new IndexToString().setInputCol("prediction").setOutputCol("named").transform(scored);
    assertThat(named.where("named != predictedLabel").count()).isZero();
    Dataset<Row> later = classifier.transform(indexer.transform(test()));
    assertThat(later.schema().apply("index").metadata())
        .as("metadata of the other columns")
        .isEqualTo(scored.schema().apply("index").metadata())
        .isNotEqualTo(Metadata.empty());
  }

  @Test
  void anAdapterIsTheSameAsItsRun() {
    TextClassifier adapter =
        new TextClassifier().setModelUrl(tiny.out("fedit").resolve("adapter").toString());
    List<Row> rows = adapter.setMaxLength(16).transform(test()).collectAsList();
    assertThat(rows).isEqualTo(ofRun("fedit").transform(test()).collectAsList());
    assertThat(adapter.setBaseModelUrl(tiny.model().toString()).transform(test()).collectAsList())
        .isEqualTo(rows);
  }

  @Test
  void rowsKeepTheirOrderAndNullStaysNull() {
    List<Row> whole = ofRun("fedavg").transform(numbered(50).coalesce(1)).collectAsList();
    assertThat(whole).extracting(row -> row.getInt(0)).isSorted().hasSize(50);
    for (Row row : whole) {
      boolean empty = row.getInt(0) % 7 == 3;
      for (String column :
          List.of("rawPrediction", "probability", "prediction", "predictedLabel")) {
        assertThat(row.isNullAt(row.fieldIndex(column))).isEqualTo(empty);
      }
    }
    List<Row> parts =
        ofRun("fedavg").setBatchSize(3).transform(numbered(50).repartition(4)).collectAsList();
    assertThat(parts).hasSize(50);
    for (Row row : parts) {
      Row same = whole.get(row.getInt(0));
      assertThat(row.<Object>getAs("predictedLabel"))
          .isEqualTo(same.<Object>getAs("predictedLabel"));
      if (row.<Object>getAs("probability") != null) {
        double[] p = row.<Vector>getAs("probability").toArray();
        double[] q = same.<Vector>getAs("probability").toArray();
        for (int c = 0; c < p.length; c++) {
          assertThat(p[c]).isCloseTo(q[c], within(1e-6));
        }
      }
    }
    assertThat(ofRun("fedavg").transform(numbered(0)).collectAsList()).isEmpty();
    assertThat(ofRun("fedavg").transform(numbered(50)).limit(2).collectAsList()).hasSize(2);
  }

  @Test
  void aPipelineIsSavedAndLoaded() throws Exception {
    TextClassifier classifier = ofRun("fedit").setProbabilityCol("").setBatchSize(5);
    PipelineModel pipeline =
        new Pipeline()
            .setStages(
                new PipelineStage[] {
                  classifier, new IndexToString().setInputCol("prediction").setOutputCol("named")
                })
            .fit(test());
    List<Row> rows = pipeline.transform(test()).collectAsList();
    assertThat(pipeline.transform(test()).columns())
        .containsExactly("text", "label", "rawPrediction", "prediction", "predictedLabel", "named");
    String saved = disk.resolve("pipeline").toString();
    pipeline.write().overwrite().save(saved);
    PipelineModel loaded = PipelineModel.load(saved);
    assertThat(loaded.transform(test()).collectAsList()).isEqualTo(rows);
    TextClassifier stage = (TextClassifier) loaded.stages()[0];
    assertThat(stage.uid()).isEqualTo(classifier.uid()).startsWith("textClassifier_");
    assertThat(stage.getBatchSize()).isEqualTo(5);
    assertThat(stage.getModelUrl()).isEqualTo("file:" + tiny.out("fedit"));
    String alone = disk.resolve("alone").toString();
    classifier.save(alone);
    assertThat(TextClassifier.load(alone).transform(test()).columns()).hasSize(5);
    assertThat(classifier.explainParams())
        .contains("modelUrl: folder of a model")
        .contains("PyTorch");
  }

  @Test
  void anotherModelInTheSameFolderIsReadAgain() throws Exception {
    Path folder = disk.resolve("changing");
    copy(tiny.out("fedavg").resolve("model"), folder);
    TextClassifier classifier = new TextClassifier().setModelUrl(folder.toString());
    Row before = classifier.transform(test()).first();
    Files.delete(folder.resolve("model.safetensors"));
    Files.delete(folder.resolve("config.json"));
    copy(Path.of("src/test/resources/golden/bert"), folder);
    assertThat(classifier.transform(test()).first()).isNotEqualTo(before);
  }

  private static void copy(Path from, Path to) throws Exception {
    Files.createDirectories(to);
    for (String name : List.of("config.json", "model.safetensors", "tokenizer.json")) {
      if (!Files.exists(to.resolve(name))) {
        Files.copy(from.resolve(name), to.resolve(name));
      }
    }
  }

  private static void refused(TextClassifier classifier, Dataset<Row> data, String... words) {
    assertThatThrownBy(() -> classifier.transform(data))
        .isInstanceOf(WrongInput.class)
        .satisfies(e -> assertThat(e.getMessage()).contains(words));
  }

  @Test
  void wrongColumnsAreRefusedWithNamesAndTypes() {
    TextClassifier classifier = ofRun("fedavg");
    refused(
        classifier.setInputCol("txt"),
        test(),
        classifier.uid(),
        "inputCol: there is no column txt (string)",
        "text string, label string",
        "did you mean text?");
    refused(
        ofRun("fedavg").setInputCol("id"),
        numbered(3),
        "inputCol: column id is int, but string is needed");
    refused(
        ofRun("fedavg").setOutputCol("label"),
        test(),
        "the new column label (string) is already there");
    refused(
        ofRun("fedavg").setOutputCol("Text").setPredictionCol("probability"),
        test(),
        "the new column Text (string) is already there",
        "two of the new columns");
    refused(ofRun("fedavg").setInputCols("text"), test(), "inputCols: [text] are not two columns");
    assertThatThrownBy(() -> ofRun("fedavg").transformSchema(test().drop("text").schema()))
        .isInstanceOf(WrongInput.class);
  }

  @Test
  void wrongModelsAreRefusedByName() throws Exception {
    refused(new TextClassifier(), test(), "modelUrl: is not set");
    refused(
        new TextClassifier().setModelUrl(disk.resolve("nowhere").toString()),
        test(),
        "modelUrl: file:" + disk.resolve("nowhere") + " does not exist");
    refused(
        new TextClassifier().setModelUrl("https://example.org/model.zip"),
        test(),
        "modelUrl: ",
        "https");
    refused(ofRun("fedavg").setMaxLength(5000), test(), "maxLength: 5000 is more than the model's");
    refused(
        new TextClassifier().setModelUrl(tiny.llama().toString()),
        test(),
        "writes text; use TextGenerator");
    refused(new TextClassifier().setModelUrl(tiny.model().toString()), test(), "classifier");
    refused(ofRun("fedavg").setBaseModelUrl(tiny.model().toString()), test(), "baseModelUrl");
    Path moved = disk.resolve("moved");
    Files.createDirectories(moved);
    Path adapter = tiny.out("fedit").resolve("adapter");
    Files.copy(
        adapter.resolve("adapter_model.safetensors"), moved.resolve("adapter_model.safetensors"));
    Files.writeString(
        moved.resolve("adapter_config.json"),
        Files.readString(adapter.resolve("adapter_config.json"))
            .replaceAll(
                "\"base_model_name_or_path\" *: *\"[^\"]*\"",
                "\"base_model_name_or_path\": \"google-bert/bert-base-uncased\""));
    refused(
        new TextClassifier().setModelUrl(moved.toString()),
        test(),
        "baseModelUrl: the model of the adapter",
        "google-bert/bert-base-uncased");
    assertThatThrownBy(() -> new TextClassifier().setEngine("MXNet"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("engine: MXNet is not supported; the engine is PyTorch");
    assertThat(new TextClassifier().setEngine("PyTorch").setOutputClass(String.class).getEngine())
        .isEqualTo("PyTorch");
    assertThatThrownBy(() -> new TextClassifier().setOutputClass(Integer.class))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(
            "outputClass: TextClassifier writes java.lang.String, not java.lang.Integer");
  }

  @Test
  void anExecutorThatDoesNotSeeTheFolderSaysWhich() throws Exception {
    Path folder = disk.resolve("gone");
    copy(tiny.out("fedavg").resolve("model"), folder);
    Dataset<Row> scored = new TextClassifier().setModelUrl(folder.toString()).transform(test());
    for (String name : List.of("config.json", "model.safetensors", "tokenizer.json")) {
      Files.delete(folder.resolve(name));
    }
    Files.delete(folder);
    assertThatThrownBy(scored::collect)
        .isInstanceOf(SparkException.class)
        .hasMessageContaining("executor driver on ")
        .hasMessageContaining("file:" + folder + " does not exist there");
  }

  @Test
  void aLocalFolderIsRefusedOnAClusterUnlessItIsShared() throws Exception {
    ModelLocation location = new ModelLocation(Tiny.hadoop(tiny.model()), null, null);
    SparkConf conf = new SparkConf(false).set("spark.master", "yarn");
    assertThatThrownBy(() -> ReachableFolders.check(conf, location, false))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(
            tiny.model() + "/ is a folder of one machine, but yarn has several nodes");
    ReachableFolders.check(conf, location, true);
    ReachableFolders.check(conf.clone().set("spark.master", "local[2]"), location, false);
  }
}
