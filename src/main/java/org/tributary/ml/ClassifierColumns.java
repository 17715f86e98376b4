package org.tributary.ml;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.ml.attribute.NominalAttribute;
import org.apache.spark.ml.linalg.SQLDataTypes;
import org.apache.spark.ml.linalg.Vectors;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.Metadata;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The columns that a classifier adds, as MLlib's classifiers write them. An empty name leaves a
 * column out.
 *
 * @param raw logits, a Vector with one number for each class
 * @param probability softmax of the logits, a Vector
 * @param prediction index of the most likely class, the first of equal ones, a double
 * @param label name of that class, a string
 */
record ClassifierColumns(String raw, String probability, String prediction, String label)
    implements Serializable {

  /** The columns that are not left out, in order. */
  private Map<String, DataType> types() {
    Map<String, DataType> types = new LinkedHashMap<>();
    types.put(raw, SQLDataTypes.VectorType());
    types.put(probability, SQLDataTypes.VectorType());
    types.put(prediction, DataTypes.DoubleType);
    types.put(label, DataTypes.StringType);
    types.remove("");
    return types;
  }

  /**
   * Checks the names, and adds the columns.
   *
   * @param check has the columns that are there, and other problems
   * @return the columns that are there and these
   * @throws org.tributary.error.WrongInput with all problems
   */
  StructType addedTo(ColumnCheck check) {
    List<String> given =
        Stream.of(raw, probability, prediction, label).filter(name -> !name.isEmpty()).toList();
    // Spark compares names without their case by default.
    if (given.size() != given.stream().map(n -> n.toLowerCase(Locale.ROOT)).distinct().count()) {
      check.problem("two of the new columns %s have one name; choose others".formatted(given));
    }
    if (given.isEmpty()) {
      check.problem("all new columns are left out; name one of them");
    }
    return check.with(types());
  }

  /**
   * Notes the names of the classes at the column of the index, where IndexToString finds them.
   *
   * @param field one of the columns
   * @param labels names of the classes, in the order of the indices
   * @return with the names if it is the column of the index
   */
  StructField noted(StructField field, List<String> labels) {
    if (!field.name().equals(prediction)) {
      return field;
    }
    Metadata names =
        NominalAttribute.defaultAttr()
            .withName(prediction)
            .withValues(labels.toArray(new String[0]))
            .toMetadata();
    return new StructField(field.name(), field.dataType(), field.nullable(), names);
  }

  /**
   * The values of some rows.
   *
   * @param logits [rows, classes]
   * @param labels names of the classes
   * @return for each row the values of the columns that are not left out
   */
  List<Object[]> values(float[] logits, List<String> labels) {
    int classes = labels.size();
    List<Object[]> rows = new ArrayList<>();
    for (int from = 0; from < logits.length; from += classes) {
      double[] row = new double[classes];
      int best = 0;
      for (int c = 0; c < classes; c++) {
        row[c] = logits[from + c];
        best = row[c] > row[best] ? c : best;
      }
      List<Object> values = new ArrayList<>();
      if (!raw.isEmpty()) {
        values.add(Vectors.dense(row));
      }
      if (!probability.isEmpty()) {
        values.add(Vectors.dense(softmax(row, row[best])));
      }
      if (!prediction.isEmpty()) {
        values.add((double) best);
      }
      if (!label.isEmpty()) {
        values.add(labels.get(best));
      }
      rows.add(values.toArray());
    }
    return rows;
  }

  private static double[] softmax(double[] logits, double largest) {
    double sum = 0;
    double[] p = new double[logits.length];
    for (int c = 0; c < p.length; c++) {
      p[c] = Math.exp(logits[c] - largest);
      sum += p[c];
    }
    for (int c = 0; c < p.length; c++) {
      p[c] /= sum;
    }
    return p;
  }
}
