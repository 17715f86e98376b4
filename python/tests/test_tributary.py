"""Tests of the Python classes. They need pyspark 3.5 and the built jar; see README.md."""

import os
import shutil
import tempfile
import unittest
from pathlib import Path

from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.tuning import ParamGridBuilder, TrainValidationSplit
from pyspark.sql import SparkSession

from tributary import FederatedFineTuner, FineTunedModel, TextClassifier, TextEmbedder

ROOT = Path(__file__).resolve().parents[2]
MODEL = str(ROOT / "src/test/resources/golden/heads/roberta/base")
WORDS = [["good", "fine", "nice"], ["bad", "poor", "sad"]]


class TributaryTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.home = tempfile.mkdtemp()
        cls.spark = (
            SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.warehouse.dir", os.path.join(cls.home, "warehouse"))
            .getOrCreate()
        )
        rows = [
            (client, " ".join([WORDS[label][i % 3]] * (1 + i % 4)), label)
            for client in ("a", "b", "c")
            for i in range(12)
            for label in (0, 1)
        ]
        cls.rows = cls.spark.createDataFrame(rows, "client string, text string, label int").cache()

    @classmethod
    def tearDownClass(cls) -> None:
        cls.spark.stop()
        shutil.rmtree(cls.home)

    def tuner(self) -> FederatedFineTuner:
        return FederatedFineTuner(
            clientCol="client",
            textCol="text",
            labelCol="label",
            modelUrl=MODEL,
            workDir=os.path.join(self.home, "work"),
            framework="fedavg",
            rounds=2,
            steps=3,
            batchSize=4,
            learningRate=1e-3,
            seed=7,
            maxLength=32,
            test=0.2,
        )

    def test_trains_scores_and_is_loaded_again(self) -> None:
        model = self.tuner().fit(self.rows)
        self.assertIsInstance(model, FineTunedModel)
        scored = model.transform(self.rows)
        accuracy = MulticlassClassificationEvaluator(metricName="accuracy").evaluate(scored)
        self.assertGreater(accuracy, 0.5)
        self.assertIn("runs", model.tables())
        self.assertGreater(model.summary().count(), 0)
        path = os.path.join(self.home, "model")
        model.write().overwrite().save(path)
        again = FineTunedModel.load(path)
        self.assertEqual(scored.collect(), again.transform(self.rows).collect())
        run = FineTunedModel.ofRun(model.resultFolder()[: -len("/model")]).setInputCol("text")
        self.assertEqual(scored.collect(), run.transform(self.rows).collect())
        run.setModelUrl(model.resultFolder()).setShared(True)
        self.assertEqual(scored.collect(), run.transform(self.rows).collect())
        model.setScoringBatchSize(7).registerUdf("classify")
        classes = self.spark.sql("SELECT classify('good good') AS c, classify(NULL) AS n").first()
        self.assertIsNotNone(classes["c"])
        self.assertIsNone(classes["n"])

    def test_a_pipeline_is_loaded_again(self) -> None:
        pipeline = Pipeline(stages=[self.tuner()])
        model = pipeline.fit(self.rows)
        path = os.path.join(self.home, "pipeline")
        model.write().overwrite().save(path)
        again = PipelineModel.load(path)
        self.assertIsInstance(again.stages[0], FineTunedModel)
        self.assertEqual(model.transform(self.rows).collect(), again.transform(self.rows).collect())

    def test_a_learning_rate_is_chosen(self) -> None:
        tuner = self.tuner()
        grid = ParamGridBuilder().addGrid(tuner.learningRate, [1e-9, 3e-3]).build()
        evaluator = MulticlassClassificationEvaluator(metricName="accuracy")
        split = TrainValidationSplit(
            estimator=tuner, estimatorParamMaps=grid, evaluator=evaluator, seed=1
        )
        chosen = split.fit(self.rows)
        self.assertEqual(len(chosen.validationMetrics), 2)

    def test_a_transformer_takes_a_model_folder(self) -> None:
        embedder = TextEmbedder(inputCol="text", outputCol="vector", modelUrl=MODEL, maxLength=32)
        self.assertGreater(embedder.transform(self.rows).first()["vector"].size, 0)
        self.assertEqual(embedder.getBatchSize(), 32)
        classifier = TextClassifier().setInputCol("text").setOutputCol("class")
        path = os.path.join(self.home, "classifier")
        classifier.write().overwrite().save(path)
        self.assertEqual(TextClassifier.load(path).getOutputCol(), "class")

    def test_the_snippet_of_the_docs_runs(self) -> None:
        page = (ROOT / "docs/spark.md").read_text()
        snippet = page.split("```python\n")[1].split("```")[0]
        frame = self.rows.selectExpr("client AS office", "text", "label")
        names = {"model": MODEL, "work": os.path.join(self.home, "docs"), "train": frame, "test": frame}
        exec(snippet, names)
        self.assertEqual(names["scored"].count(), self.rows.count())

    def test_wrong_input_is_named(self) -> None:
        with self.assertRaisesRegex(Exception, "nowhere"):
            self.tuner().setClientCol("nowhere").fit(self.rows)


if __name__ == "__main__":
    unittest.main()
