package org.tributary.tables;

import java.util.ArrayList;
import java.util.List;
import org.tributary.evaluation.Evaluation;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;

/** The table {@code confusion}: the confusion matrix of every evaluation of a classifier. */
public final class ConfusionTable {
  /** Its name. */
  public static final String NAME = "confusion";

  /** Its columns. */
  public static final Schema SCHEMA =
      RunLabels.schema(
          new Column("part", Type.STRING, "", "test, validation or, in evaluate, train"),
          new Column("label", Type.STRING, "", "the class that is correct"),
          new Column("predicted", Type.STRING, "", "the most likely class"),
          new Column("rows", Type.LONG, "rows", "with this label and this prediction, at least 1"));

  private ConfusionTable() {}

  static List<Row> rows(
      RunLabels labels, Integer round, List<Evaluation> evaluations, List<String> classes) {
    List<Row> rows = new ArrayList<>();
    for (Evaluation e : evaluations) {
      if (e.details() != null) {
        for (Evaluation.Cell cell : e.details().confusion()) {
          rows.add(
              labels.row(
                  SCHEMA,
                  round,
                  e.client(),
                  e.part(),
                  classes.get(cell.label()),
                  classes.get(cell.predicted()),
                  cell.rows()));
        }
      }
    }
    return rows;
  }
}
