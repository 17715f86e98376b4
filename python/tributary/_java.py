"""What the stages have in common: Params and persistence through the classes of Tributary's jar."""

import sys
from typing import Any, Dict, Type, TypeVar

from pyspark import SparkContext
from pyspark.ml.util import JavaMLReadable, JavaMLReader, JavaMLWritable
from pyspark.ml.wrapper import JavaEstimator, JavaModel, JavaParams, JavaTransformer
from pyspark.sql import DataFrame, SparkSession

S = TypeVar("S", bound="Stage")

PACKAGE = "org.tributary.ml"


class _Reader(JavaMLReader):
    """Reads a saved stage. pyspark guesses the Java class from the Python module; here it is a constant."""

    @classmethod
    def _java_loader_class(cls, clazz: Any) -> str:
        return clazz._java_class


class Stage(JavaParams, JavaMLReadable, JavaMLWritable):
    """A stage whose Params and work are those of a class of Tributary's jar."""

    #: The name of the class in the jar.
    _java_class: str

    def _begin(self, given: Dict[str, Any]) -> None:
        """Makes the Java stage, takes its defaults, and sets the Params that are given.

        Raises:
            RuntimeError: if there is no Spark session, or the jar is not on its class path.
        """
        context = SparkContext._active_spark_context
        if context is None:
            raise RuntimeError("create a SparkSession before a %s" % type(self).__name__)
        if type(_named(context._jvm, self._java_class)).__name__ == "JavaPackage":
            raise RuntimeError(
                "%s is not on the class path of Spark: add the jar of Tributary to spark.jars before the session starts"
                % self._java_class
            )
        self._java_obj = self._new_java_obj(self._java_class, self.uid)
        self._transfer_params_from_java()
        self._set(**{name: value for name, value in given.items() if value is not None and self.hasParam(name)})

    @classmethod
    def read(cls: Type[S]) -> "JavaMLReader[S]":
        return _Reader(cls)


class Transformer(Stage, JavaTransformer):
    """A Transformer of the jar."""


class Estimator(Stage, JavaEstimator):
    """The Estimator of the jar."""

    def _create_model(self, java_model: Any) -> "Model":
        return JavaParams._from_java(java_model)


class Model(Stage, JavaModel):
    """A model that the Estimator of the jar trained."""

    @classmethod
    def ofRun(cls, folder: str) -> "Model":
        """A model of a finished run of the job `train`; it reads the columns that the run read.

        Args:
            folder: `out` of the run, a path or URI.
        """
        return JavaParams._from_java(_named(_session()._jvm, cls._java_class).ofRun(folder))

    def setModelUrl(self: S, folder: str) -> S:
        """Scores with the result of another folder from now on; the columns stay as they are.

        Args:
            folder: of a run of the job `train`, of a model in Hugging Face layout, or of a PEFT adapter.
        """
        self._java_obj.setModelUrl(folder)
        return self

    def setInputCol(self: S, value: str) -> S:
        """Sets the column that is scored: that of texts, images or prompts, which the model reads."""
        self._transfer_params_to_java()
        self._java_obj.setInputCol(value)
        self._transfer_params_from_java()
        return self

    def summary(self) -> DataFrame:
        """The scores of the run, evaluation by evaluation: the table `evals` of docs/tables.md."""
        return self._call_java("summary")

    def tables(self) -> Dict[str, DataFrame]:
        """The tables of the run by name; docs/tables.md describes them."""
        session = _session()
        tables = self._java_obj.tables(session._jsparkSession)
        return {name: DataFrame(tables[name], session) for name in tables}

    def resultFolder(self) -> str:
        """The folder of the result: a model in Hugging Face layout, or an adapter in PEFT layout."""
        return self._call_java("resultFolder")

    def registerUdf(self, name: str) -> None:
        """Registers a function of SQL that takes an input and returns the class or the answer.

        Args:
            name: of the function, as in `SELECT classify(text) FROM t` after `registerUdf("classify")`.
        """
        self._transfer_params_to_java()
        self._java_obj.registerUdf(_session()._jsparkSession, name)


def _session() -> SparkSession:
    return SparkSession.getActiveSession() or SparkSession.builder.getOrCreate()


def _named(root: Any, name: str) -> Any:
    for part in name.split("."):
        root = getattr(root, part)
    return root


def register(module: str) -> None:
    """Lets pyspark find the Python class of a Java stage when it loads a pipeline.

    pyspark imports the module that has the name of the stage's Java package.

    Args:
        module: the name of the imported module with the classes.
    """
    sys.modules[PACKAGE] = sys.modules[module]
