package org.tributary.tables;

import java.util.ArrayList;
import java.util.List;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;

/** The table {@code spectra}: the first singular values of the updates in {@code layers}. */
public final class SpectraTable {
  /** Its name. */
  public static final String NAME = "spectra";

  /** Its columns. */
  public static final Schema SCHEMA =
      RunLabels.schema(
          new Column("layer", Type.STRING, "", "name of the layer"),
          new Column(
              "matrix",
              Type.STRING,
              "",
              "update: the change in the round; sum: that of all rounds so far, of the global model"),
          new Column("number", Type.INT, "", "i, from 1 for the largest to --values"),
          new Column("value", Type.DOUBLE, "", "σ_i"));

  private SpectraTable() {}

  /**
   * A spectrum.
   *
   * @param layer its name
   * @param matrix {@code update} or {@code sum}
   * @param client null for the global model
   * @param values the first singular values
   */
  public record Entry(String layer, String matrix, String client, List<Double> values) {}

  static List<Row> rows(RunLabels labels, int round, Entry e) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < e.values().size(); i++) {
      rows.add(
          labels.row(SCHEMA, round, e.client(), e.layer(), e.matrix(), i + 1, e.values().get(i)));
    }
    return rows;
  }
}
