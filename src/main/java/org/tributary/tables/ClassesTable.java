package org.tributary.tables;

import java.util.ArrayList;
import java.util.List;
import org.tributary.evaluation.Evaluation;
import org.tributary.metrics.Confusion;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;

/** The table {@code classes}: the scores of every class in every evaluation of a classifier. */
public final class ClassesTable {
  /** Its name. */
  public static final String NAME = "classes";

  /** Its columns. */
  public static final Schema SCHEMA =
      RunLabels.schema(
          new Column("part", Type.STRING, "", "test, validation or, in evaluate, train"),
          new Column("label", Type.STRING, "", "the class"),
          new Column("rows", Type.LONG, "rows", "that have the class"),
          new Column("predicted", Type.LONG, "rows", "for which the class is the most likely one"),
          new Column(
              "precision",
              Type.DOUBLE,
              "share",
              "of the predicted rows that have the class; 0 if there are none"),
          new Column(
              "recall",
              Type.DOUBLE,
              "share",
              "of the rows that have the class for which it is predicted; 0 if there are none"),
          new Column(
              "f1",
              Type.DOUBLE,
              "share",
              "2 precision recall / (precision + recall); 0 if the class neither occurs nor is predicted"));

  private ClassesTable() {}

  static List<Row> rows(
      RunLabels labels, Integer round, List<Evaluation> evaluations, List<String> classes) {
    List<Row> rows = new ArrayList<>();
    for (Evaluation e : evaluations) {
      if (e.details() == null || e.details().confusion().isEmpty()) {
        continue;
      }
      long[][] counts = new long[classes.size()][classes.size()];
      e.details().confusion().forEach(c -> counts[c.label()][c.predicted()] = c.rows());
      Confusion confusion = new Confusion(counts);
      for (int c = 0; c < counts.length; c++) {
        rows.add(
            labels.row(
                SCHEMA,
                round,
                e.client(),
                e.part(),
                classes.get(c),
                confusion.occurs(c),
                confusion.predicted(c),
                confusion.precision(c),
                confusion.recall(c),
                confusion.f1(c)));
      }
    }
    return rows;
  }
}
