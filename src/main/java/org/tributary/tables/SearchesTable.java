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
import org.tributary.statistics.Sample;

/**
 * The table {@code searches} of a comparison: one row for each run that tried a learning rate.
 * There is one file for each variant and partitioned set, written once, when the rate is chosen. A
 * comparison that resumes reads the choice from it.
 */
public final class SearchesTable {
  /** Its name. */
  public static final String NAME = "searches";

  /** Its columns. */
  public static final Schema SCHEMA =
      RunLabels.schema(
          new Column(
              "number",
              Type.INT,
              "",
              "the order in which rates were tried, from 1; the runs of a rate with several seeds have the same"),
          new Column("rounds", Type.INT, "rounds", "of the run that tried the rate"),
          new Column("score", Type.STRING, "", "the key score: what chooses"),
          new Column(
              "value",
              Type.DOUBLE,
              "",
              "the score on validation rows; null if there is no finite one or a client failed, which counts as worst"),
          new Column(
              "mean",
              Type.DOUBLE,
              "",
              "of value over the seeds of the rate, by which the rate is chosen; null if value is null with one of them"),
          new Column(
              "deviation",
              Type.DOUBLE,
              "",
              "standard deviation of value over the seeds of the rate, with n - 1; null as mean is, and with one seed"),
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
   * A run that tried a learning rate.
   *
   * @param run its configuration
   * @param value the score; NaN if there is none
   * @param failed clients that failed
   */
  public record Trial(TrainConfig run, double value, long failed) {}

  /**
   * A learning rate that was tried.
   *
   * @param rate as it is written in the configuration
   * @param trials one run with each seed of the search
   */
  public record Tried(String rate, List<Trial> trials) {
    /**
     * The runs without a finite score.
     *
     * @return how many
     */
    public int without() {
      return (int) trials.stream().filter(trial -> !Double.isFinite(trial.value())).count();
    }

    private Sample sample() {
      return Sample.of(without() > 0 ? List.of() : trials.stream().map(Trial::value).toList());
    }

    /**
     * The mean score over the seeds.
     *
     * @return NaN if there is none with one of them
     */
    public double mean() {
      return sample().mean();
    }

    /**
     * The standard deviation of the score over the seeds.
     *
     * @return NaN if there is no score with one of them, and with one seed
     */
    public double deviation() {
      return sample().deviation();
    }
  }

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
   * @param tried the rates in their order
   * @param choice the end of the search
   * @throws IOException if the file system fails
   */
  public static void write(Store store, Path file, String score, List<Tried> tried, Choice choice)
      throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < tried.size(); i++) {
      boolean chosen = tried.get(i).rate().equals(choice.rate());
      for (Trial trial : tried.get(i).trials()) {
        TrainConfig run = trial.run();
        RunFolder folder = new RunFolder(store.path(run.out()));
        RunLabels labels = RunLabels.of(store, folder.root(), RunConfig.name(store, folder), run);
        rows.add(
            labels.row(
                SCHEMA,
                null,
                null,
                i + 1,
                run.rounds(),
                score,
                finite(trial.value()),
                finite(tried.get(i).mean()),
                finite(tried.get(i).deviation()),
                trial.failed(),
                chosen,
                chosen ? choice.edge() : null));
      }
    }
    store.commit(file, out -> ParquetRows.write(out, SCHEMA, rows));
  }

  private static Double finite(double value) {
    return Double.isFinite(value) ? value : null;
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
