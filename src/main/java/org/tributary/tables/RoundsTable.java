package org.tributary.tables;

import java.util.List;
import org.tributary.protocol.ClientReport;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;

/** The table {@code rounds}: one row for each closed round. */
public final class RoundsTable {
  /** Its name. */
  public static final String NAME = "rounds";

  /** Its columns. */
  public static final Schema SCHEMA =
      RunLabels.schema(
          new Column("cohort", Type.INT, "clients", "sampled for the round"),
          new Column("accepted", Type.INT, "clients", "whose updates were merged"),
          new Column("failed", Type.INT, "clients", "left out"),
          new Column("samples", Type.LONG, "rows", "training rows of the accepted clients, Σ n_k"),
          new Column("steps", Type.LONG, "steps", "optimizer steps of the accepted clients"),
          new Column(
              "tokens",
              Type.LONG,
              "tokens",
              "processed by the accepted clients' models, without padding; 0 for images"),
          new Column("loss", Type.DOUBLE, "nats", "Σ p_k of the accepted clients' loss_mean"),
          new Column(
              "bytes_up", Type.LONG, "bytes", "of the tensors that the accepted clients sent"),
          new Column("bytes_down", Type.LONG, "bytes", "of the tensors that they received"),
          new Column(
              "seconds_train",
              Type.DOUBLE,
              "s",
              "from the start of the clients' tasks to the end of the last one"),
          new Column(
              "seconds_merge",
              Type.DOUBLE,
              "s",
              "checking the client updates and merging (aggregating) them"),
          new Column(
              "seconds_evaluate",
              Type.DOUBLE,
              "s",
              "evaluating the merged model; near 0 if the round has no evaluation"),
          new Column(
              "resumed",
              Type.BOOLEAN,
              "",
              "whether an earlier driver did a part of the round; its seconds are not included"),
          new Column(
              "ended_at",
              Type.TIMESTAMP,
              "",
              "wall clock time at which the round was done, in UTC; null if an earlier version wrote the round"));

  private RoundsTable() {}

  static List<Row> rows(RunLabels labels, RoundSummary s, List<ClientReport> reports) {
    return List.of(
        labels.row(
            SCHEMA,
            s.round() + 1,
            null,
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
            s.resumed(),
            s.ended()));
  }
}
