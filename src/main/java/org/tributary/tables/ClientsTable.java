package org.tributary.tables;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tributary.protocol.ClientReport;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;

/** The table {@code clients}: one row for each client of a round's cohort. */
public final class ClientsTable {
  /** Its name. */
  public static final String NAME = "clients";

  /** Its columns. */
  public static final Schema SCHEMA =
      RunLabels.schema(
          new Column("status", Type.STRING, "", "accepted or failed"),
          new Column("reason", Type.STRING, "", "why it failed; null if accepted"),
          new Column(
              "attempt",
              Type.STRING,
              "",
              "Spark application and task attempt whose update was accepted; this and all columns below are null if failed"),
          new Column("samples", Type.LONG, "rows", "n_k, its training rows"),
          new Column(
              "weight",
              Type.DOUBLE,
              "",
              "p_k over the accepted clients of the round: n_k / Σ n, or 1/K with framework.weights: uniform"),
          new Column("steps", Type.INT, "steps", "optimizer steps it took"),
          new Column(
              "tokens",
              Type.LONG,
              "tokens",
              "processed by its model, without padding; 0 for images, whose rows count"),
          new Column(
              "truncated_rows",
              Type.LONG,
              "rows",
              "longer than model.maxLength and truncated, counted each time they are used"),
          new Column("loss_first", Type.DOUBLE, "nats", "mean cross entropy of its first step"),
          new Column("loss_last", Type.DOUBLE, "nats", "of its last step"),
          new Column("loss_mean", Type.DOUBLE, "nats", "mean over its steps"),
          new Column(
              "gradient_norm",
              Type.DOUBLE,
              "",
              "mean over its steps of the gradient's L2 norm, before clipping"),
          new Column("seconds", Type.DOUBLE, "s", "from its first step to its last"),
          new Column(
              "seconds_waiting",
              Type.DOUBLE,
              "s",
              "seconds_train of the round minus its own seconds: waiting for a slot, reading, writing, waiting for others"),
          new Column(
              "bytes_up",
              Type.LONG,
              "bytes",
              "of the tensors it sent; of a matrix that changed in few rows, those rows and their numbers"),
          new Column(
              "bytes_down",
              Type.LONG,
              "bytes",
              "of the tensors it received; those that never change count only in its first round"),
          new Column("trainable_parameters", Type.LONG, "elements", "that it trained"),
          new Column("optimizer_bytes", Type.LONG, "bytes", "of the optimizer's state"),
          new Column(
              "peak_memory_bytes",
              Type.LONG,
              "bytes",
              "largest resident memory so far of the process it ran in, which it may share with other clients"),
          new Column("host", Type.STRING, "", "where it ran"),
          new Column("device", Type.STRING, "", "such as cpu() or gpu(0)"),
          new Column("threads", Type.INT, "threads", "inside one operator"),
          new Column(
              "cpu_capability",
              Type.STRING,
              "",
              "such as AVX2; equal bits are promised for equal ones"));

  private ClientsTable() {}

  static List<Row> rows(
      RunLabels labels,
      RoundSummary summary,
      List<ClientReport> reports,
      double[] weights,
      Map<String, Integer> ranks) {
    List<Row> rows = new ArrayList<>();
    for (int k = 0; k < reports.size(); k++) {
      ClientReport report = reports.get(k);
      RunLabels own = labels.ranked(ranks.get(report.client()));
      rows.add(accepted(own, summary, report, weights[k]));
    }
    for (Map.Entry<String, String> failure : summary.failed().entrySet()) {
      Object[] values = new Object[SCHEMA.columns().size() - RunLabels.count()];
      values[0] = "failed";
      values[1] = failure.getValue();
      RunLabels own = labels.ranked(ranks.get(failure.getKey()));
      rows.add(own.row(SCHEMA, summary.round() + 1, failure.getKey(), values));
    }
    return rows;
  }

  private static Row accepted(
      RunLabels labels, RoundSummary summary, ClientReport r, double weight) {
    return labels.row(
        SCHEMA,
        summary.round() + 1,
        r.client(),
        "accepted",
        null,
        r.attempt(),
        r.samples(),
        weight,
        r.steps(),
        r.tokens(),
        r.truncatedRows(),
        r.lossFirst(),
        r.lossLast(),
        r.lossMean(),
        r.gradientNorm(),
        r.seconds(),
        Math.max(0, summary.secondsTrain() - r.seconds()),
        r.bytesUp(),
        r.bytesDown(),
        r.trainableParameters(),
        r.optimizerBytes(),
        r.peakMemoryBytes(),
        r.host(),
        r.device(),
        r.threads(),
        r.cpuCapability());
  }
}
