package org.tributary.ml;

import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.apache.spark.ml.Estimator;
import org.apache.spark.ml.Model;
import org.apache.spark.ml.PipelineStage;
import org.apache.spark.ml.param.BooleanParam;
import org.apache.spark.ml.param.DoubleParam;
import org.apache.spark.ml.param.IntParam;
import org.apache.spark.ml.param.LongParam;
import org.apache.spark.ml.param.Param;
import org.apache.spark.ml.param.StringArrayParam;

/**
 * The text of {@code python/tributary/stages.py}: a Python class for each stage, with the Params
 * that the stage has in Java, so that the two cannot differ.
 */
final class PythonStages {
  private static final String HEAD =
      """
      # The stages of Spark ML of Tributary's jar, with their Params. Made from the classes of the jar: do not edit.
      # To make it again: ./mvnw -Dtest=PythonPackageTest -Dpages=write test
      \"""An Estimator and Transformers that fine-tune and use language models and vision transformers.\"""

      from typing import Any, List, Optional

      from pyspark.ml.param import Param, Params, TypeConverters

      from tributary._java import Estimator, Model, Transformer, register
      """;

  private PythonStages() {}

  /** A type of Params in Python: its hint, and the converter of pyspark. */
  private record Type(String hint, String converter) {
    static Type of(Param<?> param) {
      if (param instanceof IntParam || param instanceof LongParam) {
        return new Type("int", "toInt");
      } else if (param instanceof DoubleParam) {
        return new Type("float", "toFloat");
      } else if (param instanceof BooleanParam) {
        return new Type("bool", "toBoolean");
      } else if (param instanceof StringArrayParam) {
        return new Type("List[str]", "toListString");
      } else if (param.getClass() == Param.class) {
        return new Type("str", "toString");
      }
      throw new IllegalArgumentException(param.name() + " is a " + param.getClass());
    }
  }

  /** All stages, with what their Python classes are. */
  private static Map<PipelineStage, String> stages() {
    Map<PipelineStage, String> stages = new LinkedHashMap<>();
    stages.put(
        new FederatedFineTuner(),
        "Fine-tunes a model federatedly on the rows of a DataFrame: each value of clientCol is a client.");
    stages.put(
        new FineTunedModel("model", new ResultFolder(null, new Path("model"), null)),
        "A model that FederatedFineTuner trained, or that was loaded.");
    stages.put(
        new TextClassifier(), "Classifies texts, or pairs of texts, with a fine-tuned model.");
    stages.put(new TextGenerator(), "Writes answers to prompts with a language model.");
    stages.put(new TextEmbedder(), "Turns texts into vectors with an encoder.");
    stages.put(new ImageClassifier(), "Classifies images with a vision transformer.");
    return stages;
  }

  /** The text of the module. */
  static String text() {
    List<String> lines = new ArrayList<>(HEAD.lines().toList());
    stages().forEach((stage, about) -> lines.addAll(lines(stage, about)));
    lines.addAll(List.of("", "", "register(__name__)", ""));
    return String.join("\n", lines);
  }

  private static List<String> lines(PipelineStage stage, String about) {
    String name = stage.getClass().getSimpleName();
    List<String> lines = new ArrayList<>(List.of("", ""));
    lines.add("class %s(%s):".formatted(name, base(stage)));
    lines.add("    \"\"\"%s\"\"\"".formatted(about));
    lines.add("");
    lines.add("    _java_class = \"%s\"".formatted(stage.getClass().getName()));
    lines.add("");
    List<Param<?>> params = List.of(stage.params());
    params.forEach(
        param ->
            lines.addAll(
                List.of(
                    "    %s: \"Param[%s]\" = Param(".formatted(param.name(), Type.of(param).hint()),
                    "        Params._dummy(), \"%s\", %s, TypeConverters.%s"
                        .formatted(
                            param.name(),
                            TextNode.valueOf(param.doc()),
                            Type.of(param).converter()),
                    "    )")));
    lines.add("");
    lines.addAll(stage instanceof Model ? wrapping() : beginning(params));
    params.forEach(param -> lines.addAll(accessors(name, param)));
    return lines;
  }

  private static String base(PipelineStage stage) {
    return stage instanceof Estimator
        ? "Estimator"
        : stage instanceof Model ? "Model" : "Transformer";
  }

  private static List<String> wrapping() {
    return List.of(
        "    def __init__(self, java_model: Any = None) -> None:",
        "        super().__init__(java_model)");
  }

  private static List<String> beginning(List<Param<?>> params) {
    Stream<String> given =
        params.stream()
            .map(p -> "        %s: Optional[%s] = None,".formatted(p.name(), Type.of(p).hint()));
    return Stream.of(
            Stream.of("    def __init__(", "        self,", "        *,"),
            given,
            Stream.of(
                "    ) -> None:", "        super().__init__()", "        self._begin(locals())"))
        .flatMap(s -> s)
        .toList();
  }

  private static List<String> accessors(String stage, Param<?> param) {
    String upper =
        param.name().substring(0, 1).toUpperCase(Locale.ROOT) + param.name().substring(1);
    String hint = Type.of(param).hint();
    return List.of(
        "",
        "    def set%s(self, value: %s) -> \"%s\":".formatted(upper, hint, stage),
        "        return self._set(%s=value)".formatted(param.name()),
        "",
        "    def get%s(self) -> %s:".formatted(upper, hint),
        "        return self.getOrDefault(self.%s)".formatted(param.name()));
  }
}
