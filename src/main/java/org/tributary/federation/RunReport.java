package org.tributary.federation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.data.ParquetRows;
import org.tributary.data.Row;

/**
 * A run in one line, from its tables.
 *
 * @param run its name
 * @param framework its framework
 * @param rounds that are closed
 * @param evaluated round of the scores below, counted from 0; -1 where nothing is evaluated yet
 * @param rows that were evaluated on
 * @param accuracy of the last evaluation on the test rows; with personal models their mean
 * @param macroF1 likewise
 * @param bytesUp mean over clients and rounds
 * @param bytesDown mean over clients and rounds
 * @param failed clients that were left out, over all rounds
 * @param seconds of all rounds: training, merging, evaluating
 */
public record RunReport(
    String run,
    String framework,
    int rounds,
    int evaluated,
    long rows,
    double accuracy,
    double macroF1,
    double bytesUp,
    double bytesDown,
    long failed,
    double seconds) {

  /**
   * Reads a run's tables.
   *
   * @param store reaches them
   * @param folder of the run
   * @return the line
   * @throws IOException where the file system fails
   */
  public static RunReport of(Store store, RunFolder folder) throws IOException {
    Sums sums = new Sums();
    sums.run = folder.root().getName();
    each(store, folder, "rounds", sums::round);
    each(store, folder, "clients", sums::client);
    each(store, folder, "evals", sums::evaluation);
    return sums.report();
  }

  private static void each(Store store, RunFolder folder, String table, Consumer<Row> consumer)
      throws IOException {
    for (FileStatus run : store.list(new Path(folder.tables(), table))) {
      for (FileStatus file : store.list(run.getPath())) {
        if (file.getPath().getName().endsWith(".parquet")) {
          ParquetRows.read(store, file.getPath()).forEachRemaining(consumer);
        }
      }
    }
  }

  /** What is added up on the way through the tables. */
  private static final class Sums {
    private String run;
    private String framework = "";
    private int rounds;
    private double seconds;
    private long failed;
    private long accepted;
    private double up;
    private double down;
    private int evaluated = -1;
    private int models;
    private long rows;
    private double accuracy;
    private double macroF1;

    void round(Row row) {
      framework = row.text("framework");
      rounds++;
      failed += row.longAt("failed");
      seconds +=
          row.doubleAt("seconds_train")
              + row.doubleAt("seconds_merge")
              + row.doubleAt("seconds_evaluate");
    }

    void client(Row row) {
      if (row.text("status").equals("accepted")) {
        accepted++;
        up += row.longAt("bytes_up");
        down += row.longAt("bytes_down");
      }
    }

    void evaluation(Row row) {
      if (!row.text("part").equals("test")) {
        return;
      }
      if (row.longAt("round") > evaluated) {
        evaluated = (int) row.longAt("round");
        models = 0;
        rows = row.longAt("rows");
        accuracy = 0;
        macroF1 = 0;
      }
      models++;
      accuracy += row.doubleAt("accuracy");
      macroF1 += row.doubleAt("macro_f1");
    }

    RunReport report() {
      return new RunReport(
          run,
          framework,
          rounds,
          evaluated,
          rows,
          accuracy / models,
          macroF1 / models,
          up / accepted,
          down / accepted,
          failed,
          seconds);
    }
  }

  /**
   * Several runs side by side.
   *
   * @param runs one a row
   * @return lines of text
   */
  public static List<String> table(List<RunReport> runs) {
    List<String> lines = new ArrayList<>();
    lines.add(
        "%-16s %-10s %6s %9s %9s %9s %15s %15s %7s %9s"
            .formatted(
                "run",
                "framework",
                "rounds",
                "test rows",
                "accuracy",
                "macro F1",
                "MB up/client",
                "MB down/client",
                "failed",
                "seconds"));
    for (RunReport r : runs) {
      lines.add(
          String.format(
              Locale.ROOT,
              "%-16s %-10s %6d %9d %9.4f %9.4f %15.3f %15.3f %7d %9.1f",
              r.run(),
              r.framework(),
              r.rounds(),
              r.rows(),
              r.accuracy(),
              r.macroF1(),
              r.bytesUp() / 1e6,
              r.bytesDown() / 1e6,
              r.failed(),
              r.seconds()));
    }
    return lines;
  }
}
