package org.tributary.ml;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.tributary.config.NearestNames;
import org.tributary.error.WrongInput;

/** Checks the columns of a DataFrame for a stage, and reports all problems at once. */
final class ColumnCheck {
  private final String stage;
  private final StructType schema;
  private final List<String> problems = new ArrayList<>();

  /**
   * A check of a DataFrame.
   *
   * @param stage uid of the stage, for messages
   * @param schema of the DataFrame
   */
  ColumnCheck(String stage, StructType schema) {
    this.stage = stage;
    this.schema = schema;
  }

  /**
   * Requires a column.
   *
   * @param param that names it
   * @param name of the column
   * @param fits whether its type can be used
   * @param wanted the types that can be used, for messages
   */
  void needs(String param, String name, Predicate<DataType> fits, String wanted) {
    List<StructField> found =
        Arrays.stream(schema.fields()).filter(f -> f.name().equals(name)).toList();
    if (found.isEmpty()) {
      problems.add(
          "%s: there is no column %s (%s); the columns are %s%s"
              .formatted(
                  param,
                  name,
                  wanted,
                  columns(),
                  NearestNames.name(name, List.of(schema.fieldNames()))
                      .map(near -> "; did you mean " + near + "?")
                      .orElse("")));
    } else if (found.size() > 1) {
      problems.add(
          "%s: there are %d columns %s; rename all but one".formatted(param, found.size(), name));
    } else if (!fits.test(found.get(0).dataType())) {
      problems.add(
          "%s: column %s is %s, but %s is needed; cast it or name another column"
              .formatted(param, name, found.get(0).dataType().simpleString(), wanted));
    }
  }

  private String columns() {
    return String.join(
        ", ",
        Arrays.stream(schema.fields())
            .map(f -> f.name() + " " + f.dataType().simpleString())
            .toList());
  }

  /** Adds a problem of another kind. */
  void problem(String problem) {
    problems.add(problem);
  }

  /**
   * Adds the new columns.
   *
   * @param added types by name, in order
   * @return the columns of the DataFrame and these
   * @throws WrongInput with all problems, also those of the columns that are needed
   */
  StructType with(Map<String, DataType> added) {
    StructType with = schema;
    for (Map.Entry<String, DataType> column : added.entrySet()) {
      // Spark compares names without their case by default.
      if (Arrays.stream(schema.fieldNames()).anyMatch(column.getKey()::equalsIgnoreCase)) {
        problems.add(
            "the new column %s (%s) is already there; choose another name, or drop the old column"
                .formatted(column.getKey(), column.getValue().simpleString()));
      }
      with = with.add(column.getKey(), column.getValue(), true);
    }
    if (!problems.isEmpty()) {
      throw WrongInput.all(stage + ":", problems);
    }
    return with;
  }
}
