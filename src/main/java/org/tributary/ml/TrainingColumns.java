package org.tributary.ml;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.spark.ml.param.Param;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.IntegralType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;

/** The columns of a DataFrame that training reads, and the checks of their types. */
final class TrainingColumns {
  private TrainingColumns() {}

  /**
   * Checks the params that name columns, and the columns.
   *
   * @param tuner has the params
   * @param schema of the DataFrame
   * @return with the columns of the model's predictions
   * @throws org.tributary.error.WrongInput naming every param that is missing, and every column
   *     that is missing or has another type, or that the predictions would have too
   */
  static StructType check(FederatedFineTuner tuner, StructType schema) {
    ColumnCheck check = new ColumnCheck(tuner.uid(), schema);
    required(tuner, check);
    kinds(tuner, check);
    needs(check, tuner, tuner.clientCol(), TrainingColumns::isClient, "a string or a whole number");
    for (Param<String> text : List.of(tuner.textCol(), tuner.textPairCol())) {
      needs(check, tuner, text, DataTypes.StringType::equals, "a string");
    }
    if (tuner.isDefined(tuner.promptCol()) && !tuner.getPromptCol().matches("\\w+")) {
      check.problem(
          "promptCol: %s has other characters than letters, digits and _, so a prompt cannot name it; rename the column"
              .formatted(tuner.getPromptCol()));
    }
    needs(check, tuner, tuner.promptCol(), DataTypes.StringType::equals, "a string");
    needs(check, tuner, tuner.answerCol(), DataTypes.StringType::equals, "a string");
    needs(check, tuner, tuner.imageCol(), TrainingColumns::isImage, "binary, an encoded image");
    if (classifies(tuner)) {
      needs(check, tuner, tuner.labelCol(), TrainingColumns::isLabel, "a string or a whole number");
    }
    needs(
        check,
        tuner,
        tuner.validationIndicatorCol(),
        type -> type instanceof BooleanType,
        "a boolean");
    if (classifies(tuner)) {
      return new ClassifierColumns(
              tuner.getRawPredictionCol(),
              tuner.getProbabilityCol(),
              tuner.getPredictionCol(),
              tuner.getOutputCol())
          .addedTo(check);
    }
    return TextGenerator.added(check, tuner.getOutputCol(), "");
  }

  private static void needs(
      ColumnCheck check,
      FederatedFineTuner tuner,
      Param<String> param,
      Predicate<DataType> fits,
      String wanted) {
    if (tuner.isDefined(param)) {
      check.needs(param.name(), tuner.getOrDefault(param), fits, wanted);
    }
  }

  private static void required(FederatedFineTuner tuner, ColumnCheck check) {
    Stream.of(tuner.clientCol(), tuner.workDir())
        .filter(param -> !tuner.isDefined(param))
        .forEach(
            param ->
                check.problem(
                    "%s: is not set; call %s with %s"
                        .formatted(param.name(), TrainKeys.setter(param), param.doc())));
  }

  /** A model reads texts, images or prompts. */
  private static void kinds(FederatedFineTuner tuner, ColumnCheck check) {
    List<String> kinds =
        Stream.of(tuner.textCol(), tuner.imageCol(), tuner.promptCol())
            .filter(tuner::isDefined)
            .map(Param::name)
            .toList();
    boolean prompts = new TrainKeys(tuner).writesPrompts();
    if (kinds.isEmpty() && !prompts) {
      check.problem(
          "textCol, imageCol, promptCol: none is set; name the column that the model reads");
    } else if (kinds.size() + (prompts ? 1 : 0) > 1) {
      check.problem(
          "%s: a model reads one kind of input; set one of them"
              .formatted(
                  String.join(
                      ", ",
                      Stream.concat(
                              kinds.stream(),
                              Stream.of("config (data.prompt)").filter(p -> prompts))
                          .toList())));
    }
    if (tuner.isDefined(tuner.textPairCol()) && !tuner.isDefined(tuner.textCol())) {
      check.problem("textPairCol: is the second text of a pair; call setTextCol with the first");
    }
    if (tuner.isDefined(tuner.promptCol()) && !tuner.isDefined(tuner.answerCol())) {
      check.problem("answerCol: is not set; call setAnswerCol with the column of the answers");
    }
    if (tuner.isDefined(tuner.validationIndicatorCol()) && tuner.getValidation() > 0) {
      check.problem("validation: validationIndicatorCol says which rows validate; set one of them");
    }
  }

  /** Whether rows have a class, not an answer. */
  static boolean classifies(FederatedFineTuner tuner) {
    return tuner.isDefined(tuner.textCol()) || tuner.isDefined(tuner.imageCol());
  }

  /**
   * The columns that a partitioned set keeps.
   *
   * @param tuner has the params
   * @param prompts further columns that prompts name
   * @param schema of the DataFrame
   * @return names in the order of the DataFrame, each once
   */
  static List<String> kept(FederatedFineTuner tuner, List<String> prompts, StructType schema) {
    Set<String> wanted = new LinkedHashSet<>(prompts);
    Stream.of(
            tuner.clientCol(),
            tuner.textCol(),
            tuner.textPairCol(),
            tuner.promptCol(),
            tuner.answerCol(),
            tuner.imageCol())
        .filter(tuner::isDefined)
        .forEach(param -> wanted.add(tuner.getOrDefault(param)));
    if (classifies(tuner)) {
      wanted.add(tuner.getLabelCol());
    }
    return Stream.of(schema.fieldNames()).filter(wanted::contains).toList();
  }

  private static boolean isClient(DataType type) {
    return type instanceof StringType || type instanceof IntegralType;
  }

  private static boolean isLabel(DataType type) {
    return type instanceof StringType || type instanceof NumericType;
  }

  private static boolean isImage(DataType type) {
    return DataTypes.BinaryType.equals(type)
        || type instanceof StructType fields
            && List.of(fields.fieldNames()).contains("bytes")
            && DataTypes.BinaryType.equals(fields.apply("bytes").dataType());
  }
}
