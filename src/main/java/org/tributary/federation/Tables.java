package org.tributary.federation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.evaluation.Evaluation;
import org.tributary.protocol.ClientReport;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;
import org.tributary.run.RunFolder;

/** The tables of a run, one Parquet file a round and table; docs/tables.md has every column. */
public final class Tables {
  /** One row a round. */
  public static final Schema ROUNDS =
      Schema.of(
          new Column("round", Type.INT),
          new Column("framework", Type.STRING),
          new Column("cohort", Type.INT),
          new Column("accepted", Type.INT),
          new Column("failed", Type.INT),
          new Column("samples", Type.LONG),
          new Column("steps", Type.LONG),
          new Column("tokens", Type.LONG),
          new Column("loss", Type.DOUBLE),
          new Column("bytes_up", Type.LONG),
          new Column("bytes_down", Type.LONG),
          new Column("seconds_train", Type.DOUBLE),
          new Column("seconds_merge", Type.DOUBLE),
          new Column("seconds_evaluate", Type.DOUBLE),
          new Column("resumed", Type.BOOLEAN));

  /** One row a client of a round's cohort. */
  public static final Schema CLIENTS =
      Schema.of(
          new Column("round", Type.INT),
          new Column("client", Type.STRING),
          new Column("status", Type.STRING),
          new Column("reason", Type.STRING),
          new Column("attempt", Type.STRING),
          new Column("samples", Type.LONG),
          new Column("weight", Type.DOUBLE),
          new Column("steps", Type.INT),
          new Column("tokens", Type.LONG),
          new Column("truncated_rows", Type.LONG),
          new Column("loss_first", Type.DOUBLE),
          new Column("loss_last", Type.DOUBLE),
          new Column("loss_mean", Type.DOUBLE),
          new Column("gradient_norm", Type.DOUBLE),
          new Column("seconds", Type.DOUBLE),
          new Column("seconds_waiting", Type.DOUBLE),
          new Column("bytes_up", Type.LONG),
          new Column("bytes_down", Type.LONG),
          new Column("trainable_parameters", Type.LONG),
          new Column("optimizer_bytes", Type.LONG),
          new Column("peak_memory_bytes", Type.LONG),
          new Column("host", Type.STRING),
          new Column("device", Type.STRING),
          new Column("threads", Type.INT),
          new Column("cpu_capability", Type.STRING));

  /** Scores of an evaluation; null where the task has no such score. */
  private static final List<String> SCORES =
      List.of(
          "loss",
          "accuracy",
          "macro_f1",
          "micro_f1",
          "weighted_f1",
          "perplexity",
          "generated",
          "bleu4",
          "rouge_l",
          "rouge_l_stemmed",
          "exact_match",
          "truncated_rows",
          "truncated_prompts");

  /** One row an evaluation. */
  public static final Schema EVALS = evals();

  private static Schema evals() {
    List<Column> columns = new ArrayList<>();
    columns.add(new Column("round", Type.INT));
    columns.add(new Column("client", Type.STRING));
    columns.add(new Column("part", Type.STRING));
    columns.add(new Column("rows", Type.LONG));
    columns.add(new Column("seconds", Type.DOUBLE));
    SCORES.forEach(score -> columns.add(new Column(score, Type.DOUBLE)));
    return new Schema(columns);
  }

  private final Store store;
  private final RunFolder folder;
  private final String run;
  private final String framework;

  Tables(Store store, RunFolder folder, String run, String framework) {
    this.store = store;
    this.folder = folder;
    this.run = run;
    this.framework = framework;
  }

  /** Writes a round's rows of every table; rows that are there stay as they are. */
  void write(RoundSummary summary, List<ClientReport> reports, double[] weights)
      throws IOException {
    int round = summary.round();
    commit("clients", round, CLIENTS, clients(summary, reports, weights));
    commit("evals", round, EVALS, evals(summary));
    commit("rounds", round, ROUNDS, List.of(round(summary, reports)));
  }

  private Row round(RoundSummary s, List<ClientReport> reports) {
    return Row.of(
        ROUNDS,
        s.round(),
        framework,
        s.cohort().size(),
        s.accepted().size(),
        s.failed().size(),
        reports.stream().mapToLong(ClientReport::samples).sum(),
        reports.stream().mapToLong(ClientReport::steps).sum(),
        reports.stream().mapToLong(ClientReport::tokens).sum(),
        s.loss(),
        s.bytesUp(),
        s.bytesDown(),
        s.secondsTrain(),
        s.secondsMerge(),
        s.secondsEvaluate(),
        s.resumed());
  }

  private static List<Row> clients(
      RoundSummary summary, List<ClientReport> reports, double[] weights) {
    List<Row> rows = new ArrayList<>();
    for (int k = 0; k < reports.size(); k++) {
      rows.add(accepted(summary, reports.get(k), weights[k]));
    }
    for (Map.Entry<String, String> failure : summary.failed().entrySet()) {
      Object[] values = new Object[CLIENTS.columns().size()];
      values[0] = summary.round();
      values[1] = failure.getKey();
      values[2] = "failed";
      values[3] = failure.getValue();
      rows.add(Row.of(CLIENTS, values));
    }
    return rows;
  }

  private static Row accepted(RoundSummary summary, ClientReport r, double weight) {
    return Row.of(
        CLIENTS,
        summary.round(),
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

  private static List<Row> evals(RoundSummary summary) {
    List<Row> rows = new ArrayList<>();
    for (Evaluation e : summary.evaluations()) {
      List<Object> values = new ArrayList<>();
      values.add(summary.round());
      values.add(e.client());
      values.add(e.part());
      values.add(e.rows());
      values.add(e.seconds());
      SCORES.forEach(score -> values.add(e.scores().get(score)));
      rows.add(Row.of(EVALS, values.toArray()));
    }
    return rows;
  }

  private void commit(String table, int round, Schema schema, List<Row> rows) throws IOException {
    Path file = folder.table(table, run, round);
    if (!store.exists(file)) {
      store.commit(file, out -> ParquetRows.write(out, schema, rows));
    }
  }
}
