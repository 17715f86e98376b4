package org.tributary.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.tributary.report.HtmlTable.Cell;
import org.tributary.report.Plot.Axis;
import org.tributary.report.Plot.Kind;
import org.tributary.report.Plot.Series;

/** Quality against bytes: which variants no other one beats in both. */
final class ParetoSection {
  private final Ranking ranking;

  ParetoSection(Ranking ranking) {
    this.ranking = ranking;
  }

  /** The section; empty if fewer than two variants can be compared. */
  Optional<Section> section() {
    List<Variant> ranked = ranking.ranked();
    if (ranked.size() < 2 || !ranking.obstacles().isEmpty()) {
      return Optional.empty();
    }
    List<Variant> front = front(ranked, ranking.metric());
    String lead =
        "The Pareto front is %s: no other variant has a better %s with as few bytes or fewer. It is of the means; differences within the uncertainty can change it."
            .formatted(
                front.stream().map(Variant::name).collect(Collectors.joining(", ")),
                ranking.metric().title());
    return Optional.of(
        new Section(
            "pareto",
            "Quality against bytes",
            lead,
            List.of(new Section.Figure(plot(ranked, front), table(ranked, front))),
            ""));
  }

  /**
   * The variants that no other one dominates, from few bytes to many. One dominates another if it
   * is at least as good in both and better in one.
   */
  static List<Variant> front(List<Variant> variants, Metric metric) {
    List<Variant> front = new ArrayList<>();
    for (Variant v : variants) {
      boolean dominated =
          variants.stream()
              .anyMatch(
                  other -> {
                    double score = other.primary().mean();
                    double own = v.primary().mean();
                    boolean better = metric.better(score, own);
                    boolean cheaper = other.bytes() < v.bytes();
                    return (better || score == own)
                        && (cheaper || other.bytes() == v.bytes())
                        && (better || cheaper);
                  });
      if (!dominated) {
        front.add(v);
      }
    }
    front.sort(Comparator.comparingDouble(Variant::bytes));
    return front;
  }

  private String score(List<Variant> variants) {
    return variants.get(0).part() + " " + ranking.metric().title();
  }

  private Plot plot(List<Variant> ranked, List<Variant> front) {
    List<Series> series = new ArrayList<>();
    series.add(
        new Series(
            "Pareto front", -1, true, front.stream().map(ParetoSection::point).toList(), null));
    ranked.stream()
        .sorted(Comparator.comparingInt(Variant::index))
        .forEach(
            v ->
                series.add(
                    new Series(v.name(), v.index(), false, List.of(point(v)), List.of(v.name()))));
    return new Plot(
        "pareto-plot",
        Kind.SCATTER,
        "%s against megabytes of all clients, both directions, all rounds"
            .formatted(Numbers.capital(score(ranked))),
        Axis.log("MB total"),
        Axis.of(score(ranked)),
        series);
  }

  private static List<Double> point(Variant v) {
    return List.of(v.bytes() / 1e6, v.primary().mean());
  }

  private HtmlTable table(List<Variant> ranked, List<Variant> front) {
    HtmlTable table =
        new HtmlTable(
            "t-pareto",
            "Quality against bytes: megabytes of all clients, both directions, all rounds",
            List.of(
                Cell.text("variant"),
                Cell.head("MB total"),
                Cell.head(score(ranked)),
                Cell.text("on the Pareto front")));
    for (Variant v : ranked) {
      table.row(
          Cell.text(v.name()),
          ScoresSection.megabytes(v.bytes()),
          Cell.score(v.primary().mean()),
          Cell.text(front.contains(v) ? "yes" : "no"));
    }
    return table;
  }
}
