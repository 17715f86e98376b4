package org.tributary.tables;

import java.util.ArrayList;
import java.util.List;
import org.tributary.protocol.ClientReport;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;

/** The table {@code steps}: the loss of single steps of every accepted client, thinned out. */
public final class StepsTable {
  /** Its name. */
  public static final String NAME = "steps";

  /** Its columns. */
  public static final Schema SCHEMA =
      RunLabels.schema(
          new Column(
              "step",
              Type.INT,
              "",
              "of the client in the round, counted from 1; at most 64 of a round, evenly spread, with the first and the last one"),
          new Column(
              "loss",
              Type.DOUBLE,
              "nats",
              "mean cross entropy of the step's rows, before the step"));

  private StepsTable() {}

  static List<Row> rows(RunLabels labels, RoundSummary summary, List<ClientReport> reports) {
    List<Row> rows = new ArrayList<>();
    for (ClientReport report : reports) {
      for (ClientReport.StepLoss step : report.losses()) {
        rows.add(
            labels.row(SCHEMA, summary.round() + 1, report.client(), step.step(), step.loss()));
      }
    }
    return rows;
  }
}
