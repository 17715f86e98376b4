# The stages of Spark ML of Tributary's jar, with their Params. Made from the classes of the jar: do not edit.
# To make it again: ./mvnw -Dtest=PythonPackageTest -Dpages=write test
"""An Estimator and Transformers that fine-tune and use language models and vision transformers."""

from typing import Any, List, Optional

from pyspark.ml.param import Param, Params, TypeConverters

from tributary._java import Estimator, Model, Transformer, register


class FederatedFineTuner(Estimator):
    """Fine-tunes a model federatedly on the rows of a DataFrame: each value of clientCol is a client."""

    _java_class = "org.tributary.ml.FederatedFineTuner"

    answerCol: "Param[str]" = Param(
        Params._dummy(), "answerCol", "column with the answer to the prompt", TypeConverters.toString
    )
    batchSize: "Param[int]" = Param(
        Params._dummy(), "batchSize", "number of rows of a step", TypeConverters.toInt
    )
    clientCol: "Param[str]" = Param(
        Params._dummy(), "clientCol", "column that says whose row it is", TypeConverters.toString
    )
    config: "Param[str]" = Param(
        Params._dummy(), "config", "YAML text with further keys of train, such as client: {clip: 1.0}", TypeConverters.toString
    )
    framework: "Param[str]" = Param(
        Params._dummy(), "framework", "name of the federated framework, such as fedavg or fedit", TypeConverters.toString
    )
    imageCol: "Param[str]" = Param(
        Params._dummy(), "imageCol", "column with the encoded image: binary, or a struct with the binary field bytes", TypeConverters.toString
    )
    labelCol: "Param[str]" = Param(
        Params._dummy(), "labelCol", "column with the class: a string, or a whole number from 0, which is the row of the classifier", TypeConverters.toString
    )
    learningRate: "Param[float]" = Param(
        Params._dummy(), "learningRate", "learning rate of the optimizer", TypeConverters.toFloat
    )
    loraAlpha: "Param[float]" = Param(
        Params._dummy(), "loraAlpha", "numerator of the adapters' scale, alpha / rank", TypeConverters.toFloat
    )
    loraRank: "Param[int]" = Param(
        Params._dummy(), "loraRank", "rank of the adapters", TypeConverters.toInt
    )
    loraTargets: "Param[List[str]]" = Param(
        Params._dummy(), "loraTargets", "names of the linear layers that get adapters, or globs over them", TypeConverters.toListString
    )
    maxLength: "Param[int]" = Param(
        Params._dummy(), "maxLength", "most tokens of a text, with special ones", TypeConverters.toInt
    )
    modelUrl: "Param[str]" = Param(
        Params._dummy(), "modelUrl", "folder of the base model in Hugging Face layout, a URI or path", TypeConverters.toString
    )
    newTokens: "Param[int]" = Param(
        Params._dummy(), "newTokens", "most tokens of an answer, of a language model", TypeConverters.toInt
    )
    optimizer: "Param[str]" = Param(
        Params._dummy(), "optimizer", "name of the optimizer, such as adamw or sgd", TypeConverters.toString
    )
    outputCol: "Param[str]" = Param(
        Params._dummy(), "outputCol", "column of the predicted class's name, or of the answer's text", TypeConverters.toString
    )
    predictionCol: "Param[str]" = Param(
        Params._dummy(), "predictionCol", "column of the predicted class's number, a double", TypeConverters.toString
    )
    probabilityCol: "Param[str]" = Param(
        Params._dummy(), "probabilityCol", "column of the classes' probabilities, a vector", TypeConverters.toString
    )
    promptCol: "Param[str]" = Param(
        Params._dummy(), "promptCol", "column with the prompt of a language model", TypeConverters.toString
    )
    rawPredictionCol: "Param[str]" = Param(
        Params._dummy(), "rawPredictionCol", "column of the classes' logits, a vector", TypeConverters.toString
    )
    rounds: "Param[int]" = Param(
        Params._dummy(), "rounds", "number of rounds", TypeConverters.toInt
    )
    scoringBatchSize: "Param[int]" = Param(
        Params._dummy(), "scoringBatchSize", "rows of a forward pass when the model scores", TypeConverters.toInt
    )
    seed: "Param[int]" = Param(
        Params._dummy(), "seed", "seed of everything random", TypeConverters.toInt
    )
    steps: "Param[int]" = Param(
        Params._dummy(), "steps", "number of optimizer steps of a client in a round", TypeConverters.toInt
    )
    test: "Param[float]" = Param(
        Params._dummy(), "test", "share of all rows that only test", TypeConverters.toFloat
    )
    textCol: "Param[str]" = Param(
        Params._dummy(), "textCol", "column with the text to classify", TypeConverters.toString
    )
    textPairCol: "Param[str]" = Param(
        Params._dummy(), "textPairCol", "column with the second text, for pairs such as a hypothesis", TypeConverters.toString
    )
    validation: "Param[float]" = Param(
        Params._dummy(), "validation", "share of each client's rows that only validate", TypeConverters.toFloat
    )
    validationIndicatorCol: "Param[str]" = Param(
        Params._dummy(), "validationIndicatorCol", "boolean column that is true for rows that only validate", TypeConverters.toString
    )
    workDir: "Param[str]" = Param(
        Params._dummy(), "workDir", "folder of partitions and runs, a URI or path that all executors reach; fit resumes there", TypeConverters.toString
    )

    def __init__(
        self,
        *,
        answerCol: Optional[str] = None,
        batchSize: Optional[int] = None,
        clientCol: Optional[str] = None,
        config: Optional[str] = None,
        framework: Optional[str] = None,
        imageCol: Optional[str] = None,
        labelCol: Optional[str] = None,
        learningRate: Optional[float] = None,
        loraAlpha: Optional[float] = None,
        loraRank: Optional[int] = None,
        loraTargets: Optional[List[str]] = None,
        maxLength: Optional[int] = None,
        modelUrl: Optional[str] = None,
        newTokens: Optional[int] = None,
        optimizer: Optional[str] = None,
        outputCol: Optional[str] = None,
        predictionCol: Optional[str] = None,
        probabilityCol: Optional[str] = None,
        promptCol: Optional[str] = None,
        rawPredictionCol: Optional[str] = None,
        rounds: Optional[int] = None,
        scoringBatchSize: Optional[int] = None,
        seed: Optional[int] = None,
        steps: Optional[int] = None,
        test: Optional[float] = None,
        textCol: Optional[str] = None,
        textPairCol: Optional[str] = None,
        validation: Optional[float] = None,
        validationIndicatorCol: Optional[str] = None,
        workDir: Optional[str] = None,
    ) -> None:
        super().__init__()
        self._begin(locals())

    def setAnswerCol(self, value: str) -> "FederatedFineTuner":
        return self._set(answerCol=value)

    def getAnswerCol(self) -> str:
        return self.getOrDefault(self.answerCol)

    def setBatchSize(self, value: int) -> "FederatedFineTuner":
        return self._set(batchSize=value)

    def getBatchSize(self) -> int:
        return self.getOrDefault(self.batchSize)

    def setClientCol(self, value: str) -> "FederatedFineTuner":
        return self._set(clientCol=value)

    def getClientCol(self) -> str:
        return self.getOrDefault(self.clientCol)

    def setConfig(self, value: str) -> "FederatedFineTuner":
        return self._set(config=value)

    def getConfig(self) -> str:
        return self.getOrDefault(self.config)

    def setFramework(self, value: str) -> "FederatedFineTuner":
        return self._set(framework=value)

    def getFramework(self) -> str:
        return self.getOrDefault(self.framework)

    def setImageCol(self, value: str) -> "FederatedFineTuner":
        return self._set(imageCol=value)

    def getImageCol(self) -> str:
        return self.getOrDefault(self.imageCol)

    def setLabelCol(self, value: str) -> "FederatedFineTuner":
        return self._set(labelCol=value)

    def getLabelCol(self) -> str:
        return self.getOrDefault(self.labelCol)

    def setLearningRate(self, value: float) -> "FederatedFineTuner":
        return self._set(learningRate=value)

    def getLearningRate(self) -> float:
        return self.getOrDefault(self.learningRate)

    def setLoraAlpha(self, value: float) -> "FederatedFineTuner":
        return self._set(loraAlpha=value)

    def getLoraAlpha(self) -> float:
        return self.getOrDefault(self.loraAlpha)

    def setLoraRank(self, value: int) -> "FederatedFineTuner":
        return self._set(loraRank=value)

    def getLoraRank(self) -> int:
        return self.getOrDefault(self.loraRank)

    def setLoraTargets(self, value: List[str]) -> "FederatedFineTuner":
        return self._set(loraTargets=value)

    def getLoraTargets(self) -> List[str]:
        return self.getOrDefault(self.loraTargets)

    def setMaxLength(self, value: int) -> "FederatedFineTuner":
        return self._set(maxLength=value)

    def getMaxLength(self) -> int:
        return self.getOrDefault(self.maxLength)

    def setModelUrl(self, value: str) -> "FederatedFineTuner":
        return self._set(modelUrl=value)

    def getModelUrl(self) -> str:
        return self.getOrDefault(self.modelUrl)

    def setNewTokens(self, value: int) -> "FederatedFineTuner":
        return self._set(newTokens=value)

    def getNewTokens(self) -> int:
        return self.getOrDefault(self.newTokens)

    def setOptimizer(self, value: str) -> "FederatedFineTuner":
        return self._set(optimizer=value)

    def getOptimizer(self) -> str:
        return self.getOrDefault(self.optimizer)

    def setOutputCol(self, value: str) -> "FederatedFineTuner":
        return self._set(outputCol=value)

    def getOutputCol(self) -> str:
        return self.getOrDefault(self.outputCol)

    def setPredictionCol(self, value: str) -> "FederatedFineTuner":
        return self._set(predictionCol=value)

    def getPredictionCol(self) -> str:
        return self.getOrDefault(self.predictionCol)

    def setProbabilityCol(self, value: str) -> "FederatedFineTuner":
        return self._set(probabilityCol=value)

    def getProbabilityCol(self) -> str:
        return self.getOrDefault(self.probabilityCol)

    def setPromptCol(self, value: str) -> "FederatedFineTuner":
        return self._set(promptCol=value)

    def getPromptCol(self) -> str:
        return self.getOrDefault(self.promptCol)

    def setRawPredictionCol(self, value: str) -> "FederatedFineTuner":
        return self._set(rawPredictionCol=value)

    def getRawPredictionCol(self) -> str:
        return self.getOrDefault(self.rawPredictionCol)

    def setRounds(self, value: int) -> "FederatedFineTuner":
        return self._set(rounds=value)

    def getRounds(self) -> int:
        return self.getOrDefault(self.rounds)

    def setScoringBatchSize(self, value: int) -> "FederatedFineTuner":
        return self._set(scoringBatchSize=value)

    def getScoringBatchSize(self) -> int:
        return self.getOrDefault(self.scoringBatchSize)

    def setSeed(self, value: int) -> "FederatedFineTuner":
        return self._set(seed=value)

    def getSeed(self) -> int:
        return self.getOrDefault(self.seed)

    def setSteps(self, value: int) -> "FederatedFineTuner":
        return self._set(steps=value)

    def getSteps(self) -> int:
        return self.getOrDefault(self.steps)

    def setTest(self, value: float) -> "FederatedFineTuner":
        return self._set(test=value)

    def getTest(self) -> float:
        return self.getOrDefault(self.test)

    def setTextCol(self, value: str) -> "FederatedFineTuner":
        return self._set(textCol=value)

    def getTextCol(self) -> str:
        return self.getOrDefault(self.textCol)

    def setTextPairCol(self, value: str) -> "FederatedFineTuner":
        return self._set(textPairCol=value)

    def getTextPairCol(self) -> str:
        return self.getOrDefault(self.textPairCol)

    def setValidation(self, value: float) -> "FederatedFineTuner":
        return self._set(validation=value)

    def getValidation(self) -> float:
        return self.getOrDefault(self.validation)

    def setValidationIndicatorCol(self, value: str) -> "FederatedFineTuner":
        return self._set(validationIndicatorCol=value)

    def getValidationIndicatorCol(self) -> str:
        return self.getOrDefault(self.validationIndicatorCol)

    def setWorkDir(self, value: str) -> "FederatedFineTuner":
        return self._set(workDir=value)

    def getWorkDir(self) -> str:
        return self.getOrDefault(self.workDir)


class FineTunedModel(Model):
    """A model that FederatedFineTuner trained, or that was loaded."""

    _java_class = "org.tributary.ml.FineTunedModel"

    imageCol: "Param[str]" = Param(
        Params._dummy(), "imageCol", "column with the encoded image: binary, or a struct with the binary field bytes", TypeConverters.toString
    )
    newTokens: "Param[int]" = Param(
        Params._dummy(), "newTokens", "most tokens of an answer, of a language model", TypeConverters.toInt
    )
    outputCol: "Param[str]" = Param(
        Params._dummy(), "outputCol", "column of the predicted class's name, or of the answer's text", TypeConverters.toString
    )
    predictionCol: "Param[str]" = Param(
        Params._dummy(), "predictionCol", "column of the predicted class's number, a double", TypeConverters.toString
    )
    probabilityCol: "Param[str]" = Param(
        Params._dummy(), "probabilityCol", "column of the classes' probabilities, a vector", TypeConverters.toString
    )
    promptCol: "Param[str]" = Param(
        Params._dummy(), "promptCol", "column with the prompt of a language model", TypeConverters.toString
    )
    rawPredictionCol: "Param[str]" = Param(
        Params._dummy(), "rawPredictionCol", "column of the classes' logits, a vector", TypeConverters.toString
    )
    scoringBatchSize: "Param[int]" = Param(
        Params._dummy(), "scoringBatchSize", "rows of a forward pass when the model scores", TypeConverters.toInt
    )
    shared: "Param[bool]" = Param(
        Params._dummy(), "shared", "whether file: paths are the same file system on every node", TypeConverters.toBoolean
    )
    textCol: "Param[str]" = Param(
        Params._dummy(), "textCol", "column with the text to classify", TypeConverters.toString
    )
    textPairCol: "Param[str]" = Param(
        Params._dummy(), "textPairCol", "column with the second text, for pairs such as a hypothesis", TypeConverters.toString
    )

    def __init__(self, java_model: Any = None) -> None:
        super().__init__(java_model)

    def setImageCol(self, value: str) -> "FineTunedModel":
        return self._set(imageCol=value)

    def getImageCol(self) -> str:
        return self.getOrDefault(self.imageCol)

    def setNewTokens(self, value: int) -> "FineTunedModel":
        return self._set(newTokens=value)

    def getNewTokens(self) -> int:
        return self.getOrDefault(self.newTokens)

    def setOutputCol(self, value: str) -> "FineTunedModel":
        return self._set(outputCol=value)

    def getOutputCol(self) -> str:
        return self.getOrDefault(self.outputCol)

    def setPredictionCol(self, value: str) -> "FineTunedModel":
        return self._set(predictionCol=value)

    def getPredictionCol(self) -> str:
        return self.getOrDefault(self.predictionCol)

    def setProbabilityCol(self, value: str) -> "FineTunedModel":
        return self._set(probabilityCol=value)

    def getProbabilityCol(self) -> str:
        return self.getOrDefault(self.probabilityCol)

    def setPromptCol(self, value: str) -> "FineTunedModel":
        return self._set(promptCol=value)

    def getPromptCol(self) -> str:
        return self.getOrDefault(self.promptCol)

    def setRawPredictionCol(self, value: str) -> "FineTunedModel":
        return self._set(rawPredictionCol=value)

    def getRawPredictionCol(self) -> str:
        return self.getOrDefault(self.rawPredictionCol)

    def setScoringBatchSize(self, value: int) -> "FineTunedModel":
        return self._set(scoringBatchSize=value)

    def getScoringBatchSize(self) -> int:
        return self.getOrDefault(self.scoringBatchSize)

    def setShared(self, value: bool) -> "FineTunedModel":
        return self._set(shared=value)

    def getShared(self) -> bool:
        return self.getOrDefault(self.shared)

    def setTextCol(self, value: str) -> "FineTunedModel":
        return self._set(textCol=value)

    def getTextCol(self) -> str:
        return self.getOrDefault(self.textCol)

    def setTextPairCol(self, value: str) -> "FineTunedModel":
        return self._set(textPairCol=value)

    def getTextPairCol(self) -> str:
        return self.getOrDefault(self.textPairCol)


class TextClassifier(Transformer):
    """Classifies texts, or pairs of texts, with a fine-tuned model."""

    _java_class = "org.tributary.ml.TextClassifier"

    baseModelUrl: "Param[str]" = Param(
        Params._dummy(), "baseModelUrl", "folder of the model of the adapter that modelUrl names; without it, the one that the adapter or its run names", TypeConverters.toString
    )
    batchSize: "Param[int]" = Param(
        Params._dummy(), "batchSize", "rows that are scored together", TypeConverters.toInt
    )
    engine: "Param[str]" = Param(
        Params._dummy(), "engine", "the engine: PyTorch", TypeConverters.toString
    )
    inputCol: "Param[str]" = Param(
        Params._dummy(), "inputCol", "column of the texts, strings", TypeConverters.toString
    )
    inputCols: "Param[List[str]]" = Param(
        Params._dummy(), "inputCols", "two columns of pairs of texts, instead of inputCol", TypeConverters.toListString
    )
    maxLength: "Param[int]" = Param(
        Params._dummy(), "maxLength", "tokens that a text keeps, with special ones; without it, those of the run, else 512 or the model's positions if there are fewer", TypeConverters.toInt
    )
    modelUrl: "Param[str]" = Param(
        Params._dummy(), "modelUrl", "folder of a model, of a PEFT adapter, or of a run of train, a path or URI", TypeConverters.toString
    )
    outputCol: "Param[str]" = Param(
        Params._dummy(), "outputCol", "new column of the name of the most likely class, a string", TypeConverters.toString
    )
    precision: "Param[str]" = Param(
        Params._dummy(), "precision", "type of weights and activations: float32 or bfloat16", TypeConverters.toString
    )
    predictionCol: "Param[str]" = Param(
        Params._dummy(), "predictionCol", "new column of the index of the most likely class, a double", TypeConverters.toString
    )
    probabilityCol: "Param[str]" = Param(
        Params._dummy(), "probabilityCol", "new column of the probabilities of all classes", TypeConverters.toString
    )
    rawPredictionCol: "Param[str]" = Param(
        Params._dummy(), "rawPredictionCol", "new column of the logits of all classes", TypeConverters.toString
    )
    shared: "Param[bool]" = Param(
        Params._dummy(), "shared", "whether file: paths are the same file system on every node", TypeConverters.toBoolean
    )

    def __init__(
        self,
        *,
        baseModelUrl: Optional[str] = None,
        batchSize: Optional[int] = None,
        engine: Optional[str] = None,
        inputCol: Optional[str] = None,
        inputCols: Optional[List[str]] = None,
        maxLength: Optional[int] = None,
        modelUrl: Optional[str] = None,
        outputCol: Optional[str] = None,
        precision: Optional[str] = None,
        predictionCol: Optional[str] = None,
        probabilityCol: Optional[str] = None,
        rawPredictionCol: Optional[str] = None,
        shared: Optional[bool] = None,
    ) -> None:
        super().__init__()
        self._begin(locals())

    def setBaseModelUrl(self, value: str) -> "TextClassifier":
        return self._set(baseModelUrl=value)

    def getBaseModelUrl(self) -> str:
        return self.getOrDefault(self.baseModelUrl)

    def setBatchSize(self, value: int) -> "TextClassifier":
        return self._set(batchSize=value)

    def getBatchSize(self) -> int:
        return self.getOrDefault(self.batchSize)

    def setEngine(self, value: str) -> "TextClassifier":
        return self._set(engine=value)

    def getEngine(self) -> str:
        return self.getOrDefault(self.engine)

    def setInputCol(self, value: str) -> "TextClassifier":
        return self._set(inputCol=value)

    def getInputCol(self) -> str:
        return self.getOrDefault(self.inputCol)

    def setInputCols(self, value: List[str]) -> "TextClassifier":
        return self._set(inputCols=value)

    def getInputCols(self) -> List[str]:
        return self.getOrDefault(self.inputCols)

    def setMaxLength(self, value: int) -> "TextClassifier":
        return self._set(maxLength=value)

    def getMaxLength(self) -> int:
        return self.getOrDefault(self.maxLength)

    def setModelUrl(self, value: str) -> "TextClassifier":
        return self._set(modelUrl=value)

    def getModelUrl(self) -> str:
        return self.getOrDefault(self.modelUrl)

    def setOutputCol(self, value: str) -> "TextClassifier":
        return self._set(outputCol=value)

    def getOutputCol(self) -> str:
        return self.getOrDefault(self.outputCol)

    def setPrecision(self, value: str) -> "TextClassifier":
        return self._set(precision=value)

    def getPrecision(self) -> str:
        return self.getOrDefault(self.precision)

    def setPredictionCol(self, value: str) -> "TextClassifier":
        return self._set(predictionCol=value)

    def getPredictionCol(self) -> str:
        return self.getOrDefault(self.predictionCol)

    def setProbabilityCol(self, value: str) -> "TextClassifier":
        return self._set(probabilityCol=value)

    def getProbabilityCol(self) -> str:
        return self.getOrDefault(self.probabilityCol)

    def setRawPredictionCol(self, value: str) -> "TextClassifier":
        return self._set(rawPredictionCol=value)

    def getRawPredictionCol(self) -> str:
        return self.getOrDefault(self.rawPredictionCol)

    def setShared(self, value: bool) -> "TextClassifier":
        return self._set(shared=value)

    def getShared(self) -> bool:
        return self.getOrDefault(self.shared)


class TextGenerator(Transformer):
    """Writes answers to prompts with a language model."""

    _java_class = "org.tributary.ml.TextGenerator"

    baseModelUrl: "Param[str]" = Param(
        Params._dummy(), "baseModelUrl", "folder of the model of the adapter that modelUrl names; without it, the one that the adapter or its run names", TypeConverters.toString
    )
    batchSize: "Param[int]" = Param(
        Params._dummy(), "batchSize", "rows that are scored together", TypeConverters.toInt
    )
    engine: "Param[str]" = Param(
        Params._dummy(), "engine", "the engine: PyTorch", TypeConverters.toString
    )
    inputCol: "Param[str]" = Param(
        Params._dummy(), "inputCol", "column of the prompts, strings", TypeConverters.toString
    )
    maxLength: "Param[int]" = Param(
        Params._dummy(), "maxLength", "tokens that a text keeps, with special ones; without it, those of the run, else 512 or the model's positions if there are fewer", TypeConverters.toInt
    )
    message: "Param[str]" = Param(
        Params._dummy(), "message", "question of a chat: a name as of prompt, or a text with {column}; without it, the text of inputCol", TypeConverters.toString
    )
    modelUrl: "Param[str]" = Param(
        Params._dummy(), "modelUrl", "folder of a model, of a PEFT adapter, or of a run of train, a path or URI", TypeConverters.toString
    )
    newTokens: "Param[int]" = Param(
        Params._dummy(), "newTokens", "most tokens of an answer", TypeConverters.toInt
    )
    outputCol: "Param[str]" = Param(
        Params._dummy(), "outputCol", "new column of the answers, strings", TypeConverters.toString
    )
    precision: "Param[str]" = Param(
        Params._dummy(), "precision", "type of weights and activations: float32 or bfloat16", TypeConverters.toString
    )
    prompt: "Param[str]" = Param(
        Params._dummy(), "prompt", "prompt: a name (seed-paper, alpaca, plain, chat) or a text with {column}; without it, inputCol has the whole prompt", TypeConverters.toString
    )
    repetitionPenalty: "Param[float]" = Param(
        Params._dummy(), "repetitionPenalty", "penalty on tokens that prompt and answer already have; 1 for none", TypeConverters.toFloat
    )
    rowCol: "Param[str]" = Param(
        Params._dummy(), "rowCol", "column of whole numbers, the row's number for sampling; without it, a row's random numbers depend on its prompt", TypeConverters.toString
    )
    seed: "Param[int]" = Param(
        Params._dummy(), "seed", "seed of sampling", TypeConverters.toInt
    )
    shared: "Param[bool]" = Param(
        Params._dummy(), "shared", "whether file: paths are the same file system on every node", TypeConverters.toBoolean
    )
    system: "Param[str]" = Param(
        Params._dummy(), "system", "the system message of a chat; without it, the template's own", TypeConverters.toString
    )
    temperature: "Param[float]" = Param(
        Params._dummy(), "temperature", "0 for the most likely token, else divides the logits before a token is sampled", TypeConverters.toFloat
    )
    topP: "Param[float]" = Param(
        Params._dummy(), "topP", "probability mass of the most likely tokens to sample from", TypeConverters.toFloat
    )
    truncatedCol: "Param[str]" = Param(
        Params._dummy(), "truncatedCol", "new column that says whether the prompt was cut, a boolean; empty for none", TypeConverters.toString
    )

    def __init__(
        self,
        *,
        baseModelUrl: Optional[str] = None,
        batchSize: Optional[int] = None,
        engine: Optional[str] = None,
        inputCol: Optional[str] = None,
        maxLength: Optional[int] = None,
        message: Optional[str] = None,
        modelUrl: Optional[str] = None,
        newTokens: Optional[int] = None,
        outputCol: Optional[str] = None,
        precision: Optional[str] = None,
        prompt: Optional[str] = None,
        repetitionPenalty: Optional[float] = None,
        rowCol: Optional[str] = None,
        seed: Optional[int] = None,
        shared: Optional[bool] = None,
        system: Optional[str] = None,
        temperature: Optional[float] = None,
        topP: Optional[float] = None,
        truncatedCol: Optional[str] = None,
    ) -> None:
        super().__init__()
        self._begin(locals())

    def setBaseModelUrl(self, value: str) -> "TextGenerator":
        return self._set(baseModelUrl=value)

    def getBaseModelUrl(self) -> str:
        return self.getOrDefault(self.baseModelUrl)

    def setBatchSize(self, value: int) -> "TextGenerator":
        return self._set(batchSize=value)

    def getBatchSize(self) -> int:
        return self.getOrDefault(self.batchSize)

    def setEngine(self, value: str) -> "TextGenerator":
        return self._set(engine=value)

    def getEngine(self) -> str:
        return self.getOrDefault(self.engine)

    def setInputCol(self, value: str) -> "TextGenerator":
        return self._set(inputCol=value)

    def getInputCol(self) -> str:
        return self.getOrDefault(self.inputCol)

    def setMaxLength(self, value: int) -> "TextGenerator":
        return self._set(maxLength=value)

    def getMaxLength(self) -> int:
        return self.getOrDefault(self.maxLength)

    def setMessage(self, value: str) -> "TextGenerator":
        return self._set(message=value)

    def getMessage(self) -> str:
        return self.getOrDefault(self.message)

    def setModelUrl(self, value: str) -> "TextGenerator":
        return self._set(modelUrl=value)

    def getModelUrl(self) -> str:
        return self.getOrDefault(self.modelUrl)

    def setNewTokens(self, value: int) -> "TextGenerator":
        return self._set(newTokens=value)

    def getNewTokens(self) -> int:
        return self.getOrDefault(self.newTokens)

    def setOutputCol(self, value: str) -> "TextGenerator":
        return self._set(outputCol=value)

    def getOutputCol(self) -> str:
        return self.getOrDefault(self.outputCol)

    def setPrecision(self, value: str) -> "TextGenerator":
        return self._set(precision=value)

    def getPrecision(self) -> str:
        return self.getOrDefault(self.precision)

    def setPrompt(self, value: str) -> "TextGenerator":
        return self._set(prompt=value)

    def getPrompt(self) -> str:
        return self.getOrDefault(self.prompt)

    def setRepetitionPenalty(self, value: float) -> "TextGenerator":
        return self._set(repetitionPenalty=value)

    def getRepetitionPenalty(self) -> float:
        return self.getOrDefault(self.repetitionPenalty)

    def setRowCol(self, value: str) -> "TextGenerator":
        return self._set(rowCol=value)

    def getRowCol(self) -> str:
        return self.getOrDefault(self.rowCol)

    def setSeed(self, value: int) -> "TextGenerator":
        return self._set(seed=value)

    def getSeed(self) -> int:
        return self.getOrDefault(self.seed)

    def setShared(self, value: bool) -> "TextGenerator":
        return self._set(shared=value)

    def getShared(self) -> bool:
        return self.getOrDefault(self.shared)

    def setSystem(self, value: str) -> "TextGenerator":
        return self._set(system=value)

    def getSystem(self) -> str:
        return self.getOrDefault(self.system)

    def setTemperature(self, value: float) -> "TextGenerator":
        return self._set(temperature=value)

    def getTemperature(self) -> float:
        return self.getOrDefault(self.temperature)

    def setTopP(self, value: float) -> "TextGenerator":
        return self._set(topP=value)

    def getTopP(self) -> float:
        return self.getOrDefault(self.topP)

    def setTruncatedCol(self, value: str) -> "TextGenerator":
        return self._set(truncatedCol=value)

    def getTruncatedCol(self) -> str:
        return self.getOrDefault(self.truncatedCol)


class TextEmbedder(Transformer):
    """Turns texts into vectors with an encoder."""

    _java_class = "org.tributary.ml.TextEmbedder"

    baseModelUrl: "Param[str]" = Param(
        Params._dummy(), "baseModelUrl", "folder of the model of the adapter that modelUrl names; without it, the one that the adapter or its run names", TypeConverters.toString
    )
    batchSize: "Param[int]" = Param(
        Params._dummy(), "batchSize", "rows that are scored together", TypeConverters.toInt
    )
    engine: "Param[str]" = Param(
        Params._dummy(), "engine", "the engine: PyTorch", TypeConverters.toString
    )
    inputCol: "Param[str]" = Param(
        Params._dummy(), "inputCol", "column of the texts, strings", TypeConverters.toString
    )
    maxLength: "Param[int]" = Param(
        Params._dummy(), "maxLength", "tokens that a text keeps, with special ones; without it, those of the run, else 512 or the model's positions if there are fewer", TypeConverters.toInt
    )
    modelUrl: "Param[str]" = Param(
        Params._dummy(), "modelUrl", "folder of a model, of a PEFT adapter, or of a run of train, a path or URI", TypeConverters.toString
    )
    normalize: "Param[bool]" = Param(
        Params._dummy(), "normalize", "whether vectors get the length 1; without it what the model's modules.json says, else not", TypeConverters.toBoolean
    )
    outputCol: "Param[str]" = Param(
        Params._dummy(), "outputCol", "new column of the vectors", TypeConverters.toString
    )
    pooling: "Param[str]" = Param(
        Params._dummy(), "pooling", "how token states become one vector: mean, cls, max or last; without it what the model's modules.json says, else mean", TypeConverters.toString
    )
    precision: "Param[str]" = Param(
        Params._dummy(), "precision", "type of weights and activations: float32 or bfloat16", TypeConverters.toString
    )
    shared: "Param[bool]" = Param(
        Params._dummy(), "shared", "whether file: paths are the same file system on every node", TypeConverters.toBoolean
    )

    def __init__(
        self,
        *,
        baseModelUrl: Optional[str] = None,
        batchSize: Optional[int] = None,
        engine: Optional[str] = None,
        inputCol: Optional[str] = None,
        maxLength: Optional[int] = None,
        modelUrl: Optional[str] = None,
        normalize: Optional[bool] = None,
        outputCol: Optional[str] = None,
        pooling: Optional[str] = None,
        precision: Optional[str] = None,
        shared: Optional[bool] = None,
    ) -> None:
        super().__init__()
        self._begin(locals())

    def setBaseModelUrl(self, value: str) -> "TextEmbedder":
        return self._set(baseModelUrl=value)

    def getBaseModelUrl(self) -> str:
        return self.getOrDefault(self.baseModelUrl)

    def setBatchSize(self, value: int) -> "TextEmbedder":
        return self._set(batchSize=value)

    def getBatchSize(self) -> int:
        return self.getOrDefault(self.batchSize)

    def setEngine(self, value: str) -> "TextEmbedder":
        return self._set(engine=value)

    def getEngine(self) -> str:
        return self.getOrDefault(self.engine)

    def setInputCol(self, value: str) -> "TextEmbedder":
        return self._set(inputCol=value)

    def getInputCol(self) -> str:
        return self.getOrDefault(self.inputCol)

    def setMaxLength(self, value: int) -> "TextEmbedder":
        return self._set(maxLength=value)

    def getMaxLength(self) -> int:
        return self.getOrDefault(self.maxLength)

    def setModelUrl(self, value: str) -> "TextEmbedder":
        return self._set(modelUrl=value)

    def getModelUrl(self) -> str:
        return self.getOrDefault(self.modelUrl)

    def setNormalize(self, value: bool) -> "TextEmbedder":
        return self._set(normalize=value)

    def getNormalize(self) -> bool:
        return self.getOrDefault(self.normalize)

    def setOutputCol(self, value: str) -> "TextEmbedder":
        return self._set(outputCol=value)

    def getOutputCol(self) -> str:
        return self.getOrDefault(self.outputCol)

    def setPooling(self, value: str) -> "TextEmbedder":
        return self._set(pooling=value)

    def getPooling(self) -> str:
        return self.getOrDefault(self.pooling)

    def setPrecision(self, value: str) -> "TextEmbedder":
        return self._set(precision=value)

    def getPrecision(self) -> str:
        return self.getOrDefault(self.precision)

    def setShared(self, value: bool) -> "TextEmbedder":
        return self._set(shared=value)

    def getShared(self) -> bool:
        return self.getOrDefault(self.shared)


class ImageClassifier(Transformer):
    """Classifies images with a vision transformer."""

    _java_class = "org.tributary.ml.ImageClassifier"

    baseModelUrl: "Param[str]" = Param(
        Params._dummy(), "baseModelUrl", "folder of the model of the adapter that modelUrl names; without it, the one that the adapter or its run names", TypeConverters.toString
    )
    batchSize: "Param[int]" = Param(
        Params._dummy(), "batchSize", "rows that are scored together", TypeConverters.toInt
    )
    engine: "Param[str]" = Param(
        Params._dummy(), "engine", "the engine: PyTorch", TypeConverters.toString
    )
    handleInvalid: "Param[str]" = Param(
        Params._dummy(), "handleInvalid", "what happens to images that cannot be decoded: error ends the job, keep gives null", TypeConverters.toString
    )
    inputCol: "Param[str]" = Param(
        Params._dummy(), "inputCol", "column of the images: binary (the bytes of a file), a struct with binary bytes, or the struct of Spark's image source", TypeConverters.toString
    )
    maxLength: "Param[int]" = Param(
        Params._dummy(), "maxLength", "tokens that a text keeps, with special ones; without it, those of the run, else 512 or the model's positions if there are fewer", TypeConverters.toInt
    )
    modelUrl: "Param[str]" = Param(
        Params._dummy(), "modelUrl", "folder of a model, of a PEFT adapter, or of a run of train, a path or URI", TypeConverters.toString
    )
    outputCol: "Param[str]" = Param(
        Params._dummy(), "outputCol", "new column of the name of the most likely class, a string", TypeConverters.toString
    )
    precision: "Param[str]" = Param(
        Params._dummy(), "precision", "type of weights and activations: float32 or bfloat16", TypeConverters.toString
    )
    predictionCol: "Param[str]" = Param(
        Params._dummy(), "predictionCol", "new column of the index of the most likely class, a double", TypeConverters.toString
    )
    probabilityCol: "Param[str]" = Param(
        Params._dummy(), "probabilityCol", "new column of the probabilities of all classes", TypeConverters.toString
    )
    rawPredictionCol: "Param[str]" = Param(
        Params._dummy(), "rawPredictionCol", "new column of the logits of all classes", TypeConverters.toString
    )
    shared: "Param[bool]" = Param(
        Params._dummy(), "shared", "whether file: paths are the same file system on every node", TypeConverters.toBoolean
    )

    def __init__(
        self,
        *,
        baseModelUrl: Optional[str] = None,
        batchSize: Optional[int] = None,
        engine: Optional[str] = None,
        handleInvalid: Optional[str] = None,
        inputCol: Optional[str] = None,
        maxLength: Optional[int] = None,
        modelUrl: Optional[str] = None,
        outputCol: Optional[str] = None,
        precision: Optional[str] = None,
        predictionCol: Optional[str] = None,
        probabilityCol: Optional[str] = None,
        rawPredictionCol: Optional[str] = None,
        shared: Optional[bool] = None,
    ) -> None:
        super().__init__()
        self._begin(locals())

    def setBaseModelUrl(self, value: str) -> "ImageClassifier":
        return self._set(baseModelUrl=value)

    def getBaseModelUrl(self) -> str:
        return self.getOrDefault(self.baseModelUrl)

    def setBatchSize(self, value: int) -> "ImageClassifier":
        return self._set(batchSize=value)

    def getBatchSize(self) -> int:
        return self.getOrDefault(self.batchSize)

    def setEngine(self, value: str) -> "ImageClassifier":
        return self._set(engine=value)

    def getEngine(self) -> str:
        return self.getOrDefault(self.engine)

    def setHandleInvalid(self, value: str) -> "ImageClassifier":
        return self._set(handleInvalid=value)

    def getHandleInvalid(self) -> str:
        return self.getOrDefault(self.handleInvalid)

    def setInputCol(self, value: str) -> "ImageClassifier":
        return self._set(inputCol=value)

    def getInputCol(self) -> str:
        return self.getOrDefault(self.inputCol)

    def setMaxLength(self, value: int) -> "ImageClassifier":
        return self._set(maxLength=value)

    def getMaxLength(self) -> int:
        return self.getOrDefault(self.maxLength)

    def setModelUrl(self, value: str) -> "ImageClassifier":
        return self._set(modelUrl=value)

    def getModelUrl(self) -> str:
        return self.getOrDefault(self.modelUrl)

    def setOutputCol(self, value: str) -> "ImageClassifier":
        return self._set(outputCol=value)

    def getOutputCol(self) -> str:
        return self.getOrDefault(self.outputCol)

    def setPrecision(self, value: str) -> "ImageClassifier":
        return self._set(precision=value)

    def getPrecision(self) -> str:
        return self.getOrDefault(self.precision)

    def setPredictionCol(self, value: str) -> "ImageClassifier":
        return self._set(predictionCol=value)

    def getPredictionCol(self) -> str:
        return self.getOrDefault(self.predictionCol)

    def setProbabilityCol(self, value: str) -> "ImageClassifier":
        return self._set(probabilityCol=value)

    def getProbabilityCol(self) -> str:
        return self.getOrDefault(self.probabilityCol)

    def setRawPredictionCol(self, value: str) -> "ImageClassifier":
        return self._set(rawPredictionCol=value)

    def getRawPredictionCol(self) -> str:
        return self.getOrDefault(self.rawPredictionCol)

    def setShared(self, value: bool) -> "ImageClassifier":
        return self._set(shared=value)

    def getShared(self) -> bool:
        return self.getOrDefault(self.shared)


register(__name__)
