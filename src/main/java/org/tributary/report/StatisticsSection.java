package org.tributary.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.tributary.report.HtmlTable.Cell;
import org.tributary.rows.Row;
import org.tributary.statistics.PairedTest;

/** The table {@code statistics}: scores over the seeds, and differences to the baseline. */
final class StatisticsSection {
  private final List<Row> rows;
  private final boolean sets;
  private final Optional<String> baseline;

  StatisticsSection(Subject subject) {
    rows = subject.statistics();
    sets = rows.stream().map(row -> row.text("partition")).distinct().count() > 1;
    baseline =
        rows.stream().filter(r -> !r.isNull("baseline")).map(r -> r.text("baseline")).findFirst();
  }

  /** The section; empty with one seed, or before the comparison has ended. */
  Optional<Section> section() {
    return rows.stream().noneMatch(row -> row.longAt("seeds") > 1)
        ? Optional.empty()
        : Optional.of(
            Section.of("statistics", "Intervals and significance", lead(), table().html()));
  }

  private String lead() {
    String means = "Intervals are Student's 95 % intervals over the seeds, each for itself.";
    if (baseline.isEmpty()) {
      return means
          + " With the key baseline, this table also has tests of the differences to a variant.";
    }
    int pairs =
        (int)
            rows.stream()
                .filter(r -> !r.isNull("pairs"))
                .mapToLong(r -> r.longAt("pairs"))
                .max()
                .orElse(0);
    double smallest = PairedTest.smallest(pairs);
    return means
        + " Differences to %s are those of runs with equal seeds. p is two-sided, of the paired t test and of the exact paired permutation test (sign flips); Holm corrects it for all comparisons of a score. "
            .formatted(baseline.get())
        + String.format(
            Locale.ROOT,
            "With %d seeds the permutation test cannot give a p below %s%s.",
            pairs,
            probability(smallest),
            smallest > 0.05 ? ", so it can show no difference at the level of 5 %" : "");
  }

  private HtmlTable table() {
    List<Cell> head = new ArrayList<>();
    head.add(Cell.text("variant"));
    if (sets) {
      head.add(Cell.text("partition"));
    }
    head.add(Cell.text("score"));
    for (String name : List.of("seeds", "mean", "standard deviation", "from", "to")) {
      head.add(Cell.head(name));
    }
    if (baseline.isPresent()) {
      for (String name :
          List.of(
              "difference to " + baseline.get(),
              "from",
              "to",
              "pairs",
              "t",
              "p, t test",
              "Holm",
              "p, permutation",
              "Holm")) {
        head.add(Cell.head(name));
      }
    }
    HtmlTable table =
        new HtmlTable(
            "t-statistics", "Scores over the seeds, as the table statistics has them", head);
    rows.forEach(row -> table.row(cells(row)));
    return table;
  }

  private List<Cell> cells(Row row) {
    List<Cell> cells = new ArrayList<>();
    cells.add(Cell.text(row.text("variant")));
    if (sets) {
      cells.add(Cell.text(row.text("partition")));
    }
    cells.add(Cell.text(row.text("part") + " " + row.text("score").replace('_', ' ')));
    cells.add(Cell.count(row.longAt("seeds")));
    for (String column : List.of("mean", "deviation", "low", "high")) {
      cells.add(Cell.score(number(row, column)));
    }
    if (baseline.isPresent()) {
      for (String column : List.of("difference", "difference_low", "difference_high")) {
        cells.add(difference(row, column));
      }
      cells.add(row.isNull("pairs") ? Cell.score(Double.NaN) : Cell.count(row.longAt("pairs")));
      cells.add(Cell.number(number(row, "t"), Numbers.score(number(row, "t"))));
      for (String column : List.of("p_t", "p_t_holm", "p_permutation", "p_permutation_holm")) {
        cells.add(p(row, column));
      }
    }
    return cells;
  }

  /** A difference with its sign. */
  static Cell difference(Row row, String column) {
    double value = number(row, column);
    return Cell.number(value, Numbers.difference(value));
  }

  /** A p value. */
  static Cell p(Row row, String column) {
    double value = number(row, column);
    return Cell.number(value, probability(value));
  }

  private static double number(Row row, String column) {
    return row.isNull(column) ? Double.NaN : row.doubleAt(column);
  }

  /** A probability with digits that count. */
  private static String probability(double p) {
    return p < 1e-4
        ? "<0.0001"
        : String.format(Locale.ROOT, p < 0.01 ? "%.4f" : "%.3f", p)
            .replaceAll("(\\.\\d+?)0+$", "$1");
  }
}
