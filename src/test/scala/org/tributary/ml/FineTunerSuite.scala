package org.tributary.ml

import java.nio.file.{Files, Path}

import org.apache.spark.ml.Pipeline
import org.apache.spark.ml.evaluation.MulticlassClassificationEvaluator
import org.apache.spark.ml.feature.{IndexToString, StringIndexer}
import org.apache.spark.ml.param.ParamMap
import org.apache.spark.sql.{DataFrame, SparkSession}
import org.apache.spark.sql.functions.{col, udf}
import org.scalatest.BeforeAndAfterAll
import org.scalatest.funsuite.AnyFunSuite
import org.tributary.error.WrongInput
import org.tributary.federation.Tiny
import org.tributary.fixture.Slow

import scala.collection.JavaConverters._

/** The Estimator, a Transformer and a Pipeline as a Scala user writes them. */
@Slow
class FineTunerSuite extends AnyFunSuite with BeforeAndAfterAll {
  private lazy val dir: Path = Files.createTempDirectory("fine-tuner")
  private lazy val spark: SparkSession =
    SparkSession
      .builder()
      .master("local[2]")
      .appName("fine-tuner")
      .config("spark.sql.shuffle.partitions", 2)
      .getOrCreate()
  private lazy val model: String = new Tiny(dir, 5, 5).model().toString
  private lazy val texts: DataFrame = TinyFrame.texts(spark, 30, 1).cache()

  override def afterAll(): Unit = {
    spark.stop()
    val paths = Files.walk(dir)
    try paths.iterator().asScala.toSeq.reverse.foreach(p => Files.delete(p))
    finally paths.close()
  }

  private def tuner(name: String): FederatedFineTuner =
    new FederatedFineTuner()
      .setClientCol("office")
      .setTextCol("text")
      .setModelUrl(model)
      .setMaxLength(16)
      .setRounds(1)
      .setSteps(2)
      .setBatchSize(4)
      .setLearningRate(0.01)
      .setWorkDir(dir.resolve(name).toString)

  private lazy val tuned: FineTunedModel = tuner("work").fit(texts)

  test("an estimator gives a model, which adds MLlib's columns") {
    val scored = tuned.transform(texts)
    assert(scored.columns.takeRight(4).toSeq ==
      Seq("rawPrediction", "probability", "prediction", "predictedLabel"))
    val names = scored.select("predictedLabel").distinct().collect().map(_.getString(0))
    assert(names.forall(TinyFrame.LABELS.contains(_)))
    assert(tuned.parent.uid == tuned.uid)
  }

  test("a transformer with the result's folder gives the model's rows") {
    val classifier = new TextClassifier()
      .setInputCol("text")
      .setMaxLength(16)
      .setModelUrl(tuned.resultFolder)
    assert(classifier.transform(texts).collect().toSeq == tuned.transform(texts).collect().toSeq)
  }

  test("params are set by name and by map, and copied") {
    val plain = tuner("work")
    val changed = plain.copy(ParamMap(plain.rounds -> 9))
    assert(changed.getRounds == 9 && plain.getRounds == 1)
    assert(changed.explainParam(changed.learningRate).contains("current: 0.01"))
    val error = intercept[WrongInput](tuner("work").setTextCol("txt").fit(texts))
    assert(error.getMessage.contains("did you mean text?"))
  }

  test("a pipeline with an indexer before and names after the model") {
    val indexer = new StringIndexer()
      .setInputCol("label").setOutputCol("index").setStringOrderType("alphabetAsc")
    val names = new IndexToString()
      .setInputCol("prediction").setOutputCol("name").setLabels(TinyFrame.LABELS.asScala.toArray)
    val stages = Array(indexer, tuner("pipeline").setLabelCol("index"), names)
    val scored = new Pipeline().setStages(stages).fit(texts).transform(texts)
    val accuracy = new MulticlassClassificationEvaluator()
      .setLabelCol("index").setMetricName("accuracy").evaluate(scored)
    val right = scored.where(col("name") === col("label")).count()
    assert(math.abs(accuracy - right / 30.0) < 1e-12)
  }

  test("a column of a UDF trains like any other") {
    val shout = udf((text: String) => text.toUpperCase(java.util.Locale.ROOT))
    val loud = texts.withColumn("text", shout(col("text")))
    assert(tuner("loud").fit(loud).transform(loud).count() == 30)
  }
}
