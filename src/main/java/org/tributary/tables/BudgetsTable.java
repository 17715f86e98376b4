package org.tributary.tables;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;

/**
 * The table {@code budgets} of a comparison: how many rounds the budget allows each variant on each
 * partitioned set. There is one file for each, written once at the first start, so that a
 * comparison that resumes has the same rounds.
 */
public final class BudgetsTable {
  /** Its name. */
  public static final String NAME = "budgets";

  /** Its columns. */
  public static final Schema SCHEMA =
      new Schema(
          List.of(
              new Column("partition", Type.STRING, "", "the last part of data.path"),
              new Column("variant", Type.STRING, "", "the comparison's variant"),
              new Column("budget", Type.STRING, "", "steps, bytes or seconds"),
              new Column("amount", Type.DOUBLE, "", "of the budget, in its unit"),
              new Column("rounds", Type.INT, "rounds", "of each run"),
              new Column(
                  "bound",
                  Type.BOOLEAN,
                  "",
                  "whether the budget decides the rounds; if a variant spends nothing of it, they are those of the train file"),
              new Column(
                  "steps",
                  Type.LONG,
                  "steps",
                  "of all clients over all rounds, as planned; null if bound is false"),
              new Column(
                  "bytes",
                  Type.LONG,
                  "bytes",
                  "up and down of all clients over all rounds, as planned; null if bound is false"),
              new Column(
                  "step_seconds",
                  Type.DOUBLE,
                  "s",
                  "of the timed step; null if the budget is not seconds")));

  private BudgetsTable() {}

  /**
   * Writes a variant's rounds.
   *
   * @param store reaches the comparison
   * @param file from {@link #file}
   * @param values one for each column
   * @throws IOException if the file system fails
   */
  public static void write(Store store, Path file, Object... values) throws IOException {
    TableFile.replace(store, file, SCHEMA, List.of(Row.of(SCHEMA, values)));
  }

  /**
   * Reads a variant's rounds.
   *
   * @param store reaches the comparison
   * @param file from {@link #file}
   * @return empty before the first start
   * @throws IOException if the file system fails
   */
  public static Optional<Row> read(Store store, Path file) throws IOException {
    return TableFile.read(store, file).stream().findFirst();
  }

  /**
   * The file of a variant.
   *
   * @param comparison the comparison's folder
   * @param variant its name
   * @param partition the name of the partitioned set; null if all runs have the same
   * @return its path
   */
  public static Path file(Path comparison, String variant, String partition) {
    return TableFile.of(comparison, NAME, variant, partition);
  }
}
