package org.tributary.tables;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.config.TrainConfig;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;
import org.tributary.run.RunConfig;
import org.tributary.run.RunFolder;

/**
 * The table {@code searches} of a comparison: one row for each learning rate that was tried. There
 * is one file for each variant and partitioned set, written once, when the rate is chosen. A
 * comparison that resumes reads the choice from it.
 */
public final class SearchesTable {
  /** Its name. */
  public static final String NAME = "searches";

  /** Its columns. */
  public static final Schema SCHEMA =
      RunLabels.schema(
          new Column("number", Type.INT, "", "the order in which rates were tried, from 1"),
          new Column("rounds", Type.INT, "rounds", "of the run that tried the rate"),
          new Column("score", Type.STRING, "", "the key score: what chooses"),
          new Column(
              "value",
              Type.DOUBLE,
              "",
              "the score on validation rows; null if there is no finite one or a client failed, which counts as worst"),
          new Column(
              "failed",
              Type.LONG,
              "clients",
              "left out over all rounds, or those that failed in the round for which too few finished"),
          new Column("chosen", Type.BOOLEAN, "", "whether the runs with each seed use the rate"),
          new Column(
              "edge",
              Type.STRING,
              "",
              "of the chosen rate: smallest or largest if no rate beyond it was tried, so that a better one may lie there; else null"));

  private SearchesTable() {}

  /**
   * A learning rate that was tried.
   *
   * @param run that tried it
   * @param rate as it is written in the configuration
   * @param value the score; NaN if there is none
   * @param failed clients that failed
   */
  public record Trial(TrainConfig run, String rate, double value, long failed) {}

  /**
   * The end of a search.
   *
   * @param rate the chosen one
   * @param edge {@code smallest} or {@code largest} if it lies at the edge of what was tried; else
   *     null
   */
  public record Choice(String rate, String edge) {}

  /**
   * Writes a finished search.
   *
   * @param store reaches the comparison
   * @param file from {@link #file}
   * @param score the name of the score
   * @param trials in their order
   * @param choice the end of the search
   * @throws IOException if the file system fails
   */
  public static void write(Store store, Path file, String score, List<Trial> trials, Choice choice)
      throws IOException {
    List<Row> rows = new ArrayList<>();
    for (Trial trial : trials) {
      TrainConfig run = trial.run();
      RunFolder folder = new RunFolder(store.path(run.out()));
      boolean chosen = trial.rate().equals(choice.rate());
      RunLabels labels = RunLabels.of(store, folder.root(), RunConfig.name(store, folder), run);
      rows.add(
          labels.row(
              SCHEMA,
              null,
              null,
              rows.size() + 1,
              run.rounds(),
              score,
              Double.isFinite(trial.value()) ? trial.value() : null,
              trial.failed(),
              chosen,
              chosen ? choice.edge() : null));
    }
    store.commit(file, out -> ParquetRows.write(out, SCHEMA, rows));
  }

  /**
   * Reads a finished search.
   *
   * @param store reaches the comparison
   * @param file from {@link #file}
   * @return its rows; empty if the search has not ended
   * @throws IOException if the file system fails
   */
  public static List<Row> read(Store store, Path file) throws IOException {
    return TableFile.read(store, file);
  }

  /**
   * The file of a search.
   *
   * @param comparison the comparison's folder
   * @param variant its name
   * @param partition the name of the partitioned set; null if all runs have the same
   * @return its path, which other variants and sets do not have
   */
  public static Path file(Path comparison, String variant, String partition) {
    return TableFile.of(comparison, NAME, variant, partition);
  }
}
