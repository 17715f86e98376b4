package org.tributary.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.ml.Pipeline;
import org.apache.spark.ml.PipelineModel;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator;
import org.apache.spark.ml.feature.StringIndexer;
import org.apache.spark.ml.param.ParamMap;
import org.apache.spark.ml.tuning.CrossValidator;
import org.apache.spark.ml.tuning.CrossValidatorModel;
import org.apache.spark.ml.tuning.ParamGridBuilder;
import org.apache.spark.ml.tuning.TrainValidationSplit;
import org.apache.spark.ml.tuning.TrainValidationSplitModel;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.error.WrongInput;
import org.tributary.federation.Tiny;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;

/** The model of an estimator: its columns, pipelines, tuning, saving and loading. */
@Slow
class FineTunedModelTest {
  @TempDir static Path dir;

  @RegisterExtension
  static final LocalSpark SPARK = new LocalSpark().with("spark.sql.shuffle.partitions", "2");

  private static Tiny tiny;
  private static Dataset<Row> texts;

  @BeforeAll
  static void make() throws Exception {
    tiny = new Tiny(dir.resolve("tiny"), 5, 5);
    texts = TinyFrame.texts(SPARK.session(), 60, 1).cache();
  }

  private static FederatedFineTuner tuner(String work) {
    return TinyFrame.tuner(tiny.model(), dir.resolve(work));
  }

  private static MulticlassClassificationEvaluator accuracy(String label) {
    return new MulticlassClassificationEvaluator().setLabelCol(label).setMetricName("accuracy");
  }

  /** The model counts as right what the tables of its run count as right. */
  @Test
  void numbersOfClassesAgreeWithTheLabelColumn() {
    FineTunedModel model =
        tuner("numbers").setLabelCol("number").setSteps(8).setTest(0.4).fit(texts);
    Row last =
        model
            .summary()
            .filter("part = 'test'")
            .orderBy(org.apache.spark.sql.functions.desc("round"))
            .first();
    Dataset<Row> test =
        SPARK.session().read().parquet(dir.resolve("numbers/data") + "/*/test/*.parquet");
    assertThat(test.count()).isEqualTo(24);
    assertThat(accuracy("number").evaluate(model.transform(test)))
        .isEqualTo((double) last.getAs("accuracy"))
        .isNotEqualTo(0.0);
    assertThat(
            model
                .transform(texts)
                .select("predictedLabel")
                .distinct()
                .as(Encoders.STRING())
                .collectAsList())
        .allMatch(label -> List.of("0", "1", "2").contains(label));
    assertThat(model.transformSchema(texts.schema()).fieldNames())
        .endsWith("rawPrediction", "probability", "prediction", "predictedLabel");
    String run = model.resultFolder().replaceAll("/model$", "");
    FineTunedModel same = FineTunedModel.ofRun(run).setBatchSize(9);
    assertThat(same.getTextCol()).as("as the run read it").isEqualTo("text");
    assertThat(same.setInputCol("text").isDefined(same.imageCol())).isFalse();
    assertThat(accuracy("number").evaluate(same.setEngine("PyTorch").transform(texts)))
        .as("a run as a model")
        .isEqualTo(accuracy("number").evaluate(model.transform(texts)));
    assertThatThrownBy(() -> FineTunedModel.ofRun(dir.toString()))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("has no result");
    List<ThrowingCallable> others =
        List.of(() -> model.setEngine("MXNet"), () -> tuner("x").setEngine("MXNet"));
    for (ThrowingCallable other : others) {
      assertThatThrownBy(other)
          .isInstanceOf(WrongInput.class)
          .hasMessage(
              "engine: MXNet is not supported; the engine is PyTorch, remove setEngine or name it");
    }
  }

  @Test
  void crossValidationPicksThePlantedRate() throws Exception {
    FederatedFineTuner tuner = tuner("tuning").setLabelCol("number").setRounds(2).setSteps(15);
    ParamMap[] grid =
        new ParamGridBuilder()
            .addGrid(
                tuner.learningRate(),
                scala.collection.JavaConverters.asScalaBuffer(List.of((Object) 1e-9, 0.01)))
            .build();
    CrossValidatorModel tuned =
        new CrossValidator()
            .setEstimator(tuner)
            .setEvaluator(accuracy("number"))
            .setEstimatorParamMaps(grid)
            .setNumFolds(2)
            .setParallelism(2)
            .setSeed(1)
            .fit(texts);
    assertThat(tuned.avgMetrics()[1]).isGreaterThan(tuned.avgMetrics()[0] + 0.1);
    FineTunedModel best = (FineTunedModel) tuned.bestModel();
    assertThat(best.resultFolder()).contains("/tuning/runs/fedavg-");
    // Two folds and all rows; two rates on each fold, the best one on all rows.
    assertThat(dir.resolve("tuning/data").toFile().list()).hasSize(3);
    assertThat(dir.resolve("tuning/runs").toFile().list()).hasSize(5);

    tuned.write().save(dir.resolve("tuned").toString());
    CrossValidatorModel loaded = CrossValidatorModel.load(dir.resolve("tuned").toString());
    assertThat(loaded.transform(texts).collectAsList())
        .isEqualTo(best.transform(texts).collectAsList());
  }

  @Test
  void aSplitPicksAFramework() {
    FederatedFineTuner tuner =
        tuner("frameworks")
            .setLabelCol("number")
            .setLoraRank(2)
            .setLoraTargets(new String[] {"query", "value"});
    ParamMap[] grid =
        new ParamGridBuilder()
            .addGrid(
                tuner.framework(),
                scala.collection.JavaConverters.asScalaBuffer(List.of("ffa-lora", "fedit")))
            .build();
    TrainValidationSplitModel tuned =
        new TrainValidationSplit()
            .setEstimator(tuner)
            .setEvaluator(accuracy("number"))
            .setEstimatorParamMaps(grid)
            .fit(texts);
    assertThat(tuned.validationMetrics()).hasSize(2);
    assertThat(((FineTunedModel) tuned.bestModel()).resultFolder()).endsWith("/adapter");
    assertThat(dir.resolve("frameworks/runs").toFile().list())
        .anyMatch(name -> name.startsWith("ffa-lora-"))
        .anyMatch(name -> name.startsWith("fedit-"));
  }

  /** A saved pipeline needs neither the work folder nor the base model, in any JVM. */
  @Test
  @Timeout(240)
  void aSavedPipelineGivesTheSameRowsInAnotherJvm() throws Exception {
    Path model = dir.resolve("base model");
    copy(tiny.model(), model);
    FederatedFineTuner tuner =
        TinyFrame.tuner(model, dir.resolve("saved work"))
            .setFramework("fedit")
            .setLoraRank(2)
            .setLoraTargets(new String[] {"query", "value"})
            .setLabelCol("index");
    StringIndexer indexer = new StringIndexer().setInputCol("label").setOutputCol("index");
    PipelineModel fitted =
        new Pipeline().setStages(new PipelineStage[] {indexer, tuner}).fit(texts);
    List<String> rows = fitted.transform(texts).toJSON().collectAsList();
    Path saved = dir.resolve("saved pipeline");
    fitted.save(saved.toString());
    texts.write().parquet(dir.resolve("texts.parquet").toString());
    Files.move(model, dir.resolve("moved model"));
    Files.move(dir.resolve("saved work"), dir.resolve("moved work"));
    assertThatThrownBy(() -> fitted.transform(texts)).isInstanceOf(WrongInput.class);

    Path out = dir.resolve("scored");
    Process other =
        new ProcessBuilder(command(saved, dir.resolve("texts.parquet"), out)).inheritIO().start();
    assertThat(other.waitFor(120, TimeUnit.SECONDS)).isTrue();
    assertThat(other.exitValue()).isZero();
    assertThat(Files.readAllLines(out)).isEqualTo(rows);

    FineTunedModel loaded = (FineTunedModel) PipelineModel.load(saved.toString()).stages()[1];
    assertThat(loaded.resultFolder()).contains("/saved pipeline/stages/");
    assertThat(loaded.tables(SPARK.session()).get("rounds").count()).isEqualTo(2);
  }

  private static List<String> command(Path saved, Path rows, Path out) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(LoadingJvm.options());
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(
        List.of(LoadingJvm.class.getName(), saved.toString(), rows.toString(), out.toString()));
    return command;
  }

  private static void copy(Path from, Path to) throws Exception {
    Files.createDirectories(to);
    for (String name : from.toFile().list()) {
      Files.copy(from.resolve(name), to.resolve(name));
    }
  }

  @Test
  void aModelIsNotSavedOverItsOwnFiles() throws Exception {
    FineTunedModel model = tuner("own").setRounds(1).fit(texts);
    model.save(dir.resolve("kept").toString());
    FineTunedModel loaded = FineTunedModel.load(dir.resolve("kept").toString());
    assertThatThrownBy(() -> loaded.write().overwrite().save(dir.resolve("kept").toString()))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("another folder");
    assertThatThrownBy(() -> model.write().overwrite().save(dir.resolve("own").toString()))
        .isInstanceOf(WrongInput.class);
    assertThat(loaded.transform(texts).collectAsList())
        .isEqualTo(model.transform(texts).collectAsList());
    model.registerUdf(SPARK.session(), "classify");
    texts.createOrReplaceTempView("texts");
    assertThat(SPARK.session().sql("SELECT classify(text) FROM texts").collectAsList())
        .isEqualTo(model.transform(texts).select("predictedLabel").collectAsList());
  }

  /** The folder of a run, of a model or of an adapter takes the place of the weights. */
  @Test
  void anotherFolderScores() throws Exception {
    FineTunedModel model = tuner("first").setRounds(1).fit(texts);
    FineTunedModel other =
        tuner("other")
            .setFramework("fedit")
            .setLoraRank(2)
            .setLoraTargets(new String[] {"query", "value"})
            .fit(texts);
    List<Row> wanted = other.transform(texts).collectAsList();
    List<Row> own = model.transform(texts).collectAsList();
    assertThat(wanted).isNotEqualTo(own);
    String run = other.resultFolder().replaceAll("/adapter$", "");
    FineTunedModel moved = model.copy(ParamMap.empty()).setModelUrl(run);
    assertThat(moved.transform(texts).collectAsList()).as("a run").isEqualTo(wanted);
    assertThat(moved.baseFolder()).isEqualTo(other.baseFolder());
    assertThat(moved.summary().count()).isEqualTo(other.summary().count());

    FineTunedModel bare = model.copy(ParamMap.empty()).setModelUrl(other.resultFolder());
    assertThat(bare.transform(texts).collectAsList()).as("an adapter").isEqualTo(wanted);
    assertThatThrownBy(bare::summary)
        .isInstanceOf(WrongInput.class)
        .hasMessageContainingAll("only a run has tables", "setModelUrl");
    bare.setShared(true).save(dir.resolve("bare").toString());
    FineTunedModel loaded = FineTunedModel.load(dir.resolve("bare").toString());
    assertThat(loaded.transform(texts).collectAsList()).as("saved").isEqualTo(wanted);
    assertThat(loaded.baseFolder()).contains("/bare/");
    assertThat(loaded.getShared()).isTrue();
    assertThat(model.getShared()).isFalse();
    assertThat(loaded.setModelUrl(model.resultFolder()).transform(texts).collectAsList())
        .as("a model")
        .isEqualTo(own);

    Files.createDirectories(dir.resolve("empty"));
    for (Path wrong : List.of(dir.resolve("nowhere"), dir.resolve("empty"), dir.resolve("bare"))) {
      assertThatThrownBy(() -> model.setModelUrl(wrong.toString()))
          .isInstanceOf(WrongInput.class)
          .hasMessageContainingAll("modelUrl", wrong.getFileName().toString());
    }
    assertThat(model.transform(texts).collectAsList()).as("unchanged").isEqualTo(own);
  }

  /** Every kind of model scores: what it reads decides which Transformer does it. */
  @Test
  void imagesAndPromptsAreScored() throws Exception {
    Dataset<Row> images = TinyFrame.images(SPARK.session(), 12);
    FederatedFineTuner watcher = tuner("images").setImageCol("picture").setLabelCol("number");
    watcher.clear(watcher.textCol());
    watcher.clear(watcher.maxLength());
    FineTunedModel sees =
        watcher.setModelUrl(TinyFrame.vit(dir.resolve("vit")).toString()).fit(images);
    assertThat(sees.transform(images).columns())
        .containsExactly(
            "office",
            "picture",
            "number",
            "rawPrediction",
            "probability",
            "prediction",
            "predictedLabel");
    FederatedFineTuner writer = tuner("prompts").setModelUrl(tiny.llama().toString());
    writer.clear(writer.textCol());
    FineTunedModel writes =
        writer
            .setPromptCol("text")
            .setAnswerCol("label")
            .setMaxLength(32)
            .setNewTokens(3)
            .fit(texts);
    List<Row> answers =
        writes.transform(texts.limit(4)).select("text", "predictedLabel").collectAsList();
    TextGenerator same =
        new TextGenerator()
            .setInputCol("text")
            .setOutputCol("predictedLabel")
            .setModelUrl(writes.resultFolder())
            .setMaxLength(32)
            .setNewTokens(3);
    assertThat(same.transform(texts.limit(4)).select("text", "predictedLabel").collectAsList())
        .isEqualTo(answers);
    assertThat(
            writes
                .setModelUrl(writes.resultFolder())
                .transform(texts.limit(4))
                .select("text", "predictedLabel")
                .collectAsList())
        .as("without its run")
        .isEqualTo(answers);
    writes.clear(writes.promptCol());
    assertThatThrownBy(() -> writes.transform(texts))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("names no column to score");
  }

  /** Loads a pipeline and scores rows, in a JVM of its own. */
  public static final class LoadingJvm {
    private LoadingJvm() {}

    static List<String> options() {
      return List.of(
          ("-Xmx1g -Dspark.ui.enabled=false -Djava.io.tmpdir="
                  + System.getProperty("java.io.tmpdir")
                  + " "
                  + org.apache.spark.launcher.JavaModuleOptions.defaultModuleOptions())
              .split(" "));
    }

    /** Arguments: the pipeline, rows as Parquet, the file for the scored rows as JSON. */
    public static void main(String[] args) throws Exception {
      try (SparkSession spark = LocalSpark.builder().getOrCreate()) {
        Dataset<Row> rows = spark.read().parquet(args[1]).orderBy("id");
        List<String> scored = PipelineModel.load(args[0]).transform(rows).toJSON().collectAsList();
        Files.write(Path.of(args[2]), scored);
      }
    }
  }
}
