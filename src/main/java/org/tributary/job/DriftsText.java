package org.tributary.job;

import java.util.ArrayList;
import java.util.IntSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.tributary.statistics.Sample;
import org.tributary.tables.DriftsTable;
import org.tributary.tables.DriftsTable.Entry;
import org.tributary.tables.TextTable;

/** The table {@code drifts} as text: means and standard deviations over the seeds. */
final class DriftsText {
  private DriftsText() {}

  /**
   * One line for each variant and partitioned set; and for each round, if several rounds of a run
   * are measured. Runs with {@code result: best} may have their results after different rounds.
   *
   * @param entries rows of the table
   * @return aligned lines
   */
  static List<String> lines(List<Entry> entries) {
    boolean severalRounds =
        entries.stream().map(e -> e.labels().run()).distinct().count() < entries.size();
    Map<List<String>, List<Entry>> variants = new LinkedHashMap<>();
    for (Entry e : entries) {
      List<String> key =
          List.of(
              e.labels().variant(),
              e.labels().partition(),
              severalRounds ? Integer.toString(e.round()) : "");
      variants.computeIfAbsent(key, k -> new ArrayList<>()).add(e);
    }
    List<List<String>> cells = new ArrayList<>();
    cells.add(
        List.of(
            "variant",
            "seeds",
            "moved",
            "central moved",
            "drift",
            "cosine",
            "stable rank",
            "in rank",
            "central in rank",
            "reachable",
            "loss - baseline",
            "accuracy - baseline"));
    variants.forEach(
        (key, runs) ->
            cells.add(
                List.of(
                    "%s on %s, %s".formatted(key.get(0), key.get(1), rounds(runs)),
                    Integer.toString(runs.size()),
                    moved(runs, DriftsTable.Moved::moved),
                    text(runs, e -> e.central().moved()),
                    moved(runs, DriftsTable.Moved::drift),
                    moved(runs, DriftsTable.Moved::cosine),
                    moved(runs, m -> m.ranks() == null ? null : (Double) m.ranks().stable()),
                    moved(runs, DriftsTable.Moved::inRank),
                    text(runs, e -> e.central().inRank()),
                    moved(runs, DriftsTable.Moved::reachable),
                    text(runs, Entry::lossDifference),
                    text(runs, Entry::accuracyDifference))));
    return TextTable.aligned(cells);
  }

  private static String rounds(List<Entry> runs) {
    IntSummaryStatistics rounds = runs.stream().mapToInt(Entry::round).summaryStatistics();
    return rounds.getMin() == rounds.getMax()
        ? "round " + rounds.getMin()
        : "rounds %d to %d".formatted(rounds.getMin(), rounds.getMax());
  }

  private static String moved(List<Entry> runs, Function<DriftsTable.Moved, Double> number) {
    return text(runs, e -> e.moved() == null ? null : number.apply(e.moved()));
  }

  private static String text(List<Entry> runs, Function<Entry, Double> number) {
    Sample sample = Sample.of(runs.stream().map(number).filter(Objects::nonNull).toList());
    if (sample.size() == 0) {
      return "-";
    }
    return String.format(Locale.ROOT, "%.4f", sample.mean())
        + (sample.size() < 2 ? "" : String.format(Locale.ROOT, " ± %.4f", sample.deviation()));
  }
}
