package org.tributary.tables;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.rows.Row;
import org.tributary.rows.Schema;
import org.tributary.rows.Schema.Column;
import org.tributary.rows.Schema.Type;
import org.tributary.run.RunFolder;
import org.tributary.statistics.Holm;
import org.tributary.statistics.PairedTest;
import org.tributary.statistics.Sample;

/**
 * The table {@code statistics} of a comparison: one row for each variant, partitioned set and
 * score, over the seeds, with the differences to the baseline variant.
 */
public final class StatisticsTable {
  /** Its name. */
  public static final String NAME = "statistics";

  /** Its columns. */
  public static final Schema SCHEMA =
      new Schema(
          List.of(
              new Column("partition", Type.STRING, "", "the last part of data.path"),
              new Column("variant", Type.STRING, "", "the comparison's variant"),
              new Column("framework", Type.STRING, "", "framework.name"),
              new Column("part", Type.STRING, "", "test or validation"),
              new Column("score", Type.STRING, "", "a column of evals, such as accuracy"),
              new Column("seeds", Type.INT, "seeds", "n, with a finite score"),
              new Column("missing", Type.INT, "seeds", "whose run ended without a finite score"),
              new Column("mean", Type.DOUBLE, "", "over the seeds; null without a score"),
              new Column(
                  "deviation",
                  Type.DOUBLE,
                  "",
                  "sample standard deviation over the seeds, with n - 1; null with fewer than two"),
              new Column(
                  "low",
                  Type.DOUBLE,
                  "",
                  "end of Student's 95 % interval for the mean; null if the seeds do not scatter"),
              new Column(
                  "high",
                  Type.DOUBLE,
                  "",
                  "end of Student's 95 % interval for the mean; null if the seeds do not scatter"),
              new Column(
                  "baseline",
                  Type.STRING,
                  "",
                  "the variant that is compared with; null without the key baseline, and for the baseline itself"),
              new Column(
                  "pairs",
                  Type.INT,
                  "seeds",
                  "with which both have a score; null without baseline"),
              new Column(
                  "difference",
                  Type.DOUBLE,
                  "",
                  "mean over the pairs of the variant's score minus the baseline's; null without pairs"),
              new Column(
                  "difference_low",
                  Type.DOUBLE,
                  "",
                  "end of Student's 95 % interval for the difference, of this comparison alone; null if the pairs do not scatter"),
              new Column(
                  "difference_high",
                  Type.DOUBLE,
                  "",
                  "end of Student's 95 % interval for the difference, of this comparison alone; null if the pairs do not scatter"),
              new Column(
                  "t", Type.DOUBLE, "", "of the paired t test; null if the pairs do not scatter"),
              new Column(
                  "p_t",
                  Type.DOUBLE,
                  "",
                  "two-sided p of the paired t test; null if the pairs do not scatter"),
              new Column(
                  "p_t_holm",
                  Type.DOUBLE,
                  "",
                  "the same, corrected by Holm for all comparisons with the baseline; null as before"),
              new Column(
                  "permutations",
                  Type.LONG,
                  "",
                  "sign assignments that the permutation test counts, 2^pairs; null without a test"),
              new Column(
                  "p_permutation",
                  Type.DOUBLE,
                  "",
                  "two-sided p of the exact paired permutation test; null with fewer than 2 or more than 20 pairs"),
              new Column(
                  "p_permutation_holm",
                  Type.DOUBLE,
                  "",
                  "the same, corrected by Holm for all comparisons with the baseline; null as before")));

  /**
   * The runs of a variant on a partitioned set.
   *
   * @param partition the name of the set
   * @param variant its name
   * @param bySeed one run for each seed
   */
  public record Runs(String partition, String variant, Map<String, RunReport> bySeed) {
    private Map<String, Double> scores(String part, String score) {
      Map<String, Double> scores = new LinkedHashMap<>();
      bySeed.forEach(
          (seed, run) -> {
            double value = run.score(part, score);
            if (Double.isFinite(value)) {
              scores.put(seed, value);
            }
          });
      return scores;
    }

    private RunReport first() {
      return bySeed.values().iterator().next();
    }
  }

  private StatisticsTable() {}

  /**
   * The rows of a comparison.
   *
   * @param all runs of every variant and partitioned set
   * @param baseline the variant to compare with; null for none
   * @return one row for each score of each variant and set
   */
  public static List<Row> rows(List<Runs> all, String baseline) {
    List<RunReport> reports = new ArrayList<>();
    all.forEach(runs -> reports.addAll(runs.bySeed().values()));
    List<Row> rows = new ArrayList<>();
    for (String score : RunReport.shown(reports)) {
      rows.addAll(rows(all, baseline, score));
    }
    return rows;
  }

  /** The rows of a score. All comparisons of the score are corrected together. */
  private static List<Row> rows(List<Runs> all, String baseline, String score) {
    List<Optional<PairedTest>> tests = new ArrayList<>();
    for (Runs runs : all) {
      tests.add(
          all.stream()
              .filter(other -> other.variant().equals(baseline) && other != runs)
              .filter(other -> other.partition().equals(runs.partition()))
              .findFirst()
              .map(other -> test(runs, other, score)));
    }
    List<PairedTest> made = tests.stream().flatMap(Optional::stream).toList();
    double[] t = Holm.corrected(made.stream().mapToDouble(PairedTest::tProbability).toArray());
    double[] flips =
        Holm.corrected(made.stream().mapToDouble(PairedTest::flipProbability).toArray());
    List<Row> rows = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < all.size(); i++) {
      Optional<PairedTest> test = tests.get(i);
      List<Object> values = new ArrayList<>(of(all.get(i), score));
      values.addAll(
          test.isEmpty()
              ? Collections.nCopies(11, null)
              : compared(baseline, test.get(), t[at], flips[at]));
      at += test.isEmpty() ? 0 : 1;
      rows.add(Row.of(SCHEMA, values.toArray()));
    }
    return rows;
  }

  private static PairedTest test(Runs runs, Runs baseline, String score) {
    Map<String, Double> ours = runs.scores(runs.first().shownPart(), score);
    Map<String, Double> theirs = baseline.scores(baseline.first().shownPart(), score);
    List<Double> differences = new ArrayList<>();
    ours.forEach(
        (seed, value) -> {
          if (theirs.containsKey(seed)) {
            differences.add(value - theirs.get(seed));
          }
        });
    return PairedTest.of(differences);
  }

  private static List<Object> of(Runs runs, String score) {
    String part = runs.first().shownPart();
    Sample sample = Sample.of(runs.scores(part, score).values());
    double[] ends = sample.interval(Sample.LEVEL);
    return Arrays.asList(
        runs.partition(),
        runs.variant(),
        runs.first().framework(),
        part,
        score,
        sample.size(),
        runs.bySeed().size() - sample.size(),
        number(sample.mean()),
        number(sample.deviation()),
        number(ends[0]),
        number(ends[1]));
  }

  private static List<Object> compared(
      String baseline, PairedTest test, double tHolm, double flipHolm) {
    return Arrays.asList(
        baseline,
        test.differences().size(),
        number(test.differences().mean()),
        number(test.low()),
        number(test.high()),
        number(test.t()),
        number(test.tProbability()),
        number(tHolm),
        test.flips() == 0 ? null : test.flips(),
        number(test.flipProbability()),
        number(flipHolm));
  }

  private static Double number(double value) {
    return Double.isNaN(value) ? null : value;
  }

  /**
   * Writes the table, or replaces it if it has changed, because seeds or sets were added.
   *
   * @param store reaches the comparison
   * @param comparison its folder
   * @param rows from {@link #rows}
   * @throws IOException if the file system fails
   */
  public static void write(Store store, Path comparison, List<Row> rows) throws IOException {
    TableFile.replace(store, file(comparison), SCHEMA, rows);
  }

  /**
   * Reads the table.
   *
   * @param store reaches the comparison
   * @param comparison its folder
   * @return its rows; empty if the comparison has not ended
   * @throws IOException if the file system fails
   */
  public static List<Row> read(Store store, Path comparison) throws IOException {
    return TableFile.read(store, file(comparison));
  }

  private static Path file(Path comparison) {
    return new Path(new Path(new RunFolder(comparison).tables(), NAME), NAME + ".parquet");
  }
}
