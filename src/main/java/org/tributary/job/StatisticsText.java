package org.tributary.job;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tributary.rows.Row;
import org.tributary.statistics.PairedTest;
import org.tributary.tables.TextTable;

/** The differences to a comparison's baseline as text. */
final class StatisticsText {
  private static final List<String> HEAD =
      List.of(
          "difference to the baseline",
          "partition",
          "score",
          "pairs",
          "difference",
          "95 % from",
          "to",
          "t test p",
          "Holm",
          "permutation p",
          "Holm");

  private StatisticsText() {}

  /**
   * A table of the differences of accuracy, or of the loss of language models, and what its tests
   * can show.
   *
   * @param statistics rows of the table {@code statistics}
   * @return lines; none without a baseline
   */
  static List<String> lines(List<Row> statistics) {
    boolean classifies = statistics.stream().anyMatch(row -> row.text("score").equals("accuracy"));
    List<Row> compared =
        statistics.stream()
            .filter(row -> !row.isNull("baseline"))
            .filter(row -> row.text("score").equals(classifies ? "accuracy" : "loss"))
            .toList();
    if (compared.isEmpty()) {
      return List.of();
    }
    List<List<String>> cells = new ArrayList<>(List.of(HEAD));
    for (Row row : compared) {
      cells.add(
          List.of(
              row.text("variant") + " - " + row.text("baseline"),
              row.text("partition"),
              row.text("score"),
              row.text("pairs"),
              number(row, "difference", "%+.4f"),
              number(row, "difference_low", "%+.4f"),
              number(row, "difference_high", "%+.4f"),
              number(row, "p_t", "%.4f"),
              number(row, "p_t_holm", "%.4f"),
              number(row, "p_permutation", "%.4f"),
              number(row, "p_permutation_holm", "%.4f")));
    }
    List<String> lines = new ArrayList<>(List.of(""));
    lines.addAll(TextTable.aligned(cells));
    int pairs = (int) compared.stream().mapToLong(row -> row.longAt("pairs")).max().orElse(0);
    if (pairs > 1) {
      lines.add(limits(pairs));
    }
    return lines;
  }

  /** What the tests can show with so many seeds. */
  static String limits(int pairs) {
    double smallest = PairedTest.smallest(pairs);
    return String.format(
        Locale.ROOT,
        "note: with %d seeds the permutation test cannot give a p below %s%s; the t test can, but assumes normally distributed differences",
        pairs,
        Double.toString(smallest),
        smallest > 0.05 ? ", so it can show no difference at the level of 5 % (6 seeds can)" : "");
  }

  private static String number(Row row, String column, String format) {
    return row.isNull(column) ? "-" : String.format(Locale.ROOT, format, row.doubleAt(column));
  }
}
