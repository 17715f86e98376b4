package org.tributary.tables;

import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;

/**
 * The table {@code angles}: principal angles between the subspaces in which updates lie, of two
 * clients in a round, or of the global model in two rounds.
 */
public final class AnglesTable {
  /** Its name. */
  public static final String NAME = "angles";

  /** Its columns. */
  public static final Schema SCHEMA =
      RunLabels.schema(
          new Column("layer", Type.STRING, "", "name of the layer"),
          new Column("side", Type.STRING, "", "left or right singular vectors"),
          new Column(
              "other_client",
              Type.STRING,
              "",
              "of two clients' updates in the round; null for the global model in two rounds"),
          new Column(
              "other_round",
              Type.INT,
              "",
              "an earlier round, of the global model's updates; null for two clients"),
          new Column(
              "dimensions",
              Type.INT,
              "",
              "of the smaller subspace: the first k singular vectors, fewer for updates of a lower rank"),
          new Column("smallest", Type.DOUBLE, "degrees", "smallest principal angle"),
          new Column("largest", Type.DOUBLE, "degrees", "largest principal angle"),
          new Column("overlap", Type.DOUBLE, "share", "mean cos² of the principal angles"));

  private AnglesTable() {}

  /**
   * One row.
   *
   * @param layer its name
   * @param side {@code left} or {@code right}
   * @param client null for the global model
   * @param otherClient null for the global model
   * @param otherRound counted from 1; null for clients
   * @param dimensions of the smaller subspace
   * @param smallest angle in degrees
   * @param largest angle in degrees
   * @param overlap mean cos²
   */
  public record Entry(
      String layer,
      String side,
      String client,
      String otherClient,
      Integer otherRound,
      int dimensions,
      double smallest,
      double largest,
      double overlap) {}

  static Row row(RunLabels labels, int round, Entry e) {
    return labels.row(
        SCHEMA,
        round,
        e.client(),
        e.layer(),
        e.side(),
        e.otherClient(),
        e.otherRound(),
        e.dimensions(),
        e.smallest(),
        e.largest(),
        e.overlap());
  }
}
