package org.tributary.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.tributary.report.HtmlTable.Cell;
import org.tributary.report.Plot.Axis;
import org.tributary.report.Plot.Kind;
import org.tributary.report.Plot.Series;

/** Quality against cost: which variants no other one beats in both. */
final class ParetoSection {
  private final Ranking ranking;
  private final String suffix;

  /**
   * The section of some variants.
   *
   * @param ranking of the variants
   * @param suffix of the ids in the page
   */
  ParetoSection(Ranking ranking, String suffix) {
    this.ranking = ranking;
    this.suffix = suffix;
  }

  /** The section; empty if fewer than two variants can be compared. */
  Optional<Section> section() {
    List<Variant> ranked = ranking.ranked();
    if (ranked.size() < 2 || !ranking.obstacles().isEmpty()) {
      return Optional.empty();
    }
    List<Section.Figure> figures = new ArrayList<>();
    StringBuilder lead = new StringBuilder();
    for (Cost cost : Cost.values()) {
      List<Variant> costed = ranked.stream().filter(v -> Double.isFinite(cost.of(v))).toList();
      if (costed.size() > 1) {
        List<Variant> front = front(costed, ranking.metric(), cost);
        lead.append(
            "The Pareto front for %s is %s: no other variant has a better %s with as few %1$s or fewer. "
                .formatted(
                    cost.title(),
                    front.stream().map(Variant::name).collect(Collectors.joining(", ")),
                    ranking.metric().title()));
        figures.add(new Section.Figure(plot(costed, front, cost), table(costed, front, cost)));
      }
    }
    lead.append(
        "The fronts are of the means; bars are 95 % intervals where they are known, and differences within the uncertainty can change a front. Seconds depend on the machine.");
    return figures.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Section("pareto" + suffix, "Quality against cost", lead.toString(), figures, ""));
  }

  /**
   * The variants that no other one dominates, from cheap to dear. One dominates another if it is at
   * least as good in both and better in one.
   */
  static List<Variant> front(List<Variant> variants, Metric metric, Cost cost) {
    List<Variant> front = new ArrayList<>();
    for (Variant v : variants) {
      boolean dominated =
          variants.stream()
              .anyMatch(
                  other -> {
                    double score = other.primary().mean();
                    double own = v.primary().mean();
                    boolean better = metric.better(score, own);
                    boolean cheaper = cost.of(other) < cost.of(v);
                    return (better || score == own)
                        && (cheaper || cost.of(other) == cost.of(v))
                        && (better || cheaper);
                  });
      if (!dominated) {
        front.add(v);
      }
    }
    front.sort(Comparator.comparingDouble(cost::of));
    return front;
  }

  private String score(List<Variant> variants) {
    return variants.get(0).part() + " " + ranking.metric().title();
  }

  /** The first plot keeps the id that pages have always had. */
  private String id(Cost cost) {
    return "pareto" + (cost == Cost.BYTES ? "" : "-" + cost.title()) + suffix;
  }

  private Plot plot(List<Variant> ranked, List<Variant> front, Cost cost) {
    List<Series> series = new ArrayList<>();
    List<List<Double>> stair =
        front.stream().map(v -> List.of(cost.of(v), v.primary().mean())).toList();
    series.add(new Series("Pareto front", -1, true, stair, null));
    ranked.stream()
        .sorted(Comparator.comparingInt(Variant::index))
        .forEach(
            v ->
                series.add(
                    new Series(
                        v.name(), v.index(), false, List.of(point(v, cost)), List.of(v.name()))));
    return new Plot(
        id(cost) + "-plot",
        Kind.SCATTER,
        "%s against %s".formatted(Numbers.capital(score(ranked)), cost.meaning()),
        Axis.log(cost.axis()),
        Axis.of(score(ranked)),
        series);
  }

  private static List<Double> point(Variant v, Cost cost) {
    Estimate e = v.primary();
    return Arrays.asList(
        cost.of(v), e.mean(), e.hasInterval() ? e.low() : null, e.hasInterval() ? e.high() : null);
  }

  private HtmlTable table(List<Variant> ranked, List<Variant> front, Cost cost) {
    HtmlTable table =
        new HtmlTable(
            "t-" + id(cost),
            "Quality against %s: %s".formatted(cost.title(), cost.meaning()),
            List.of(
                Cell.text("variant"),
                Cell.head(cost.axis()),
                Cell.head(score(ranked)),
                Cell.head("from"),
                Cell.head("to"),
                Cell.text("on the Pareto front")));
    for (Variant v : ranked) {
      table.row(
          Cell.text(v.name()),
          cost.cell(v),
          Cell.score(v.primary().mean()),
          Cell.score(v.primary().low()),
          Cell.score(v.primary().high()),
          Cell.text(front.contains(v) ? "yes" : "no"));
    }
    return table;
  }
}
