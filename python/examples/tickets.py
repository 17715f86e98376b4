"""Fine-tunes a classifier of tickets on three offices' rows. Run it with the folder of a BERT-like model:

PYTHONPATH=python jobs/shell spark-submit --master 'local[*]' python/examples/tickets.py MODEL_FOLDER
"""

import sys
import tempfile

from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.ml.tuning import ParamGridBuilder, TrainValidationSplit
from pyspark.sql import SparkSession

from tributary import FederatedFineTuner, FineTunedModel

model_folder = sys.argv[1]
work = tempfile.mkdtemp()
spark = SparkSession.builder.appName("tickets").getOrCreate()
spark.sparkContext.setLogLevel("ERROR")

# %% Rows of three offices, which stay apart in training.
words = {"billing": ["invoice", "payment", "refund"], "technical": ["error", "crash", "screen"]}
rows = [
    (office, "%s %s of customer %d" % (words[label][i % 3], words[label][i % 2], i), float(k))
    for office in ("north", "south", "west")
    for k, label in enumerate(sorted(words))
    for i in range(20)
]
tickets = spark.createDataFrame(rows, "office string, text string, label double").cache()
tickets.show(3, truncate=False)

# %% Fine-tune; a second call with the same work folder returns the finished model.
tuner = FederatedFineTuner(
    clientCol="office",
    textCol="text",
    labelCol="label",
    modelUrl=model_folder,
    workDir=work,
    framework="fedavg",
    rounds=2,
    steps=4,
    batchSize=8,
    learningRate=1e-3,
    maxLength=32,
    test=0.2,
)
model = tuner.fit(tickets)
model.summary().orderBy("round").select("round", "part", "loss", "accuracy").show()

# %% Score a table.
scored = model.transform(tickets)
scored.select("text", "prediction", "probability").show(3, truncate=False)
accuracy = MulticlassClassificationEvaluator(metricName="accuracy")
print("accuracy on all rows: %.3f" % accuracy.evaluate(scored))

# %% Choose a learning rate on rows that are held out.
grid = ParamGridBuilder().addGrid(tuner.learningRate, [1e-9, 1e-3]).build()
split = TrainValidationSplit(estimator=tuner, estimatorParamMaps=grid, evaluator=accuracy, seed=1)
print("accuracy of 1e-9 and 1e-3:", split.fit(tickets).validationMetrics)

# %% Save, load, and use it in SQL.
model.write().overwrite().save(work + "/saved")
loaded = FineTunedModel.load(work + "/saved")
loaded.registerUdf("classify")
tickets.createOrReplaceTempView("tickets")
spark.sql("SELECT text, classify(text) AS class FROM tickets LIMIT 3").show(truncate=False)
