package org.tributary.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.tributary.report.HtmlTable.Cell;
import org.tributary.report.Plot.Axis;
import org.tributary.report.Plot.Kind;
import org.tributary.report.Plot.Series;

/** Learning curves: scores by round, with bands over the seeds. */
final class CurvesSection {
  private final Ranking ranking;

  CurvesSection(Ranking ranking) {
    this.ranking = ranking;
  }

  /** The section; empty before the first round is closed. */
  Optional<Section> section() {
    List<Section.Figure> figures = new ArrayList<>();
    Metric metric = ranking.metric();
    String part = ranking.variants().get(0).part();
    evaluated(metric, part, "score").ifPresent(figures::add);
    if (metric != Metric.LOSS) {
      evaluated(Metric.LOSS, part, "loss").ifPresent(figures::add);
    }
    if (!part.equals("validation")) {
      evaluated(Metric.LOSS, "validation", "validation").ifPresent(figures::add);
    }
    figure(
            "training",
            "training loss",
            "Mean training loss of each round's clients",
            RunHistory::trainingLoss)
        .ifPresent(figures::add);
    boolean bands = ranking.variants().stream().anyMatch(v -> v.all().size() > 1);
    boolean start =
        figures.stream()
            .flatMap(figure -> figure.plot().series().stream())
            .anyMatch(series -> series.points().get(0).get(0) == 0);
    return figures.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Section(
                "curves",
                "Learning curves",
                (bands
                        ? "Lines are means over seeds; bands go from the lowest to the highest seed (up to eight variants; the tables always have both)."
                        : "There is one seed, so there are no bands.")
                    + (start ? " Round 0 is before training." : ""),
                figures,
                ""));
  }

  private Optional<Section.Figure> evaluated(Metric metric, String part, String id) {
    String name = part + " " + metric.title();
    return figure(
        id, name, "%s by round".formatted(Numbers.capital(name)), run -> run.scores(metric, part));
  }

  private Optional<Section.Figure> figure(
      String id,
      String axis,
      String title,
      Function<RunHistory, SortedMap<Integer, Double>> curve) {
    List<Series> series = new ArrayList<>();
    HtmlTable table =
        new HtmlTable(
            "t-curve-" + id,
            title,
            List.of(
                Cell.text("variant"),
                Cell.head("round"),
                Cell.head("mean"),
                Cell.head("lowest seed"),
                Cell.head("highest seed"),
                Cell.head("seeds")));
    for (Variant v : ranking.variants()) {
      SortedMap<Integer, List<Double>> rounds = new TreeMap<>();
      for (RunHistory run : v.all()) {
        curve
            .apply(run)
            .forEach((r, score) -> rounds.computeIfAbsent(r, x -> new ArrayList<>()).add(score));
      }
      List<List<Double>> points = new ArrayList<>();
      rounds.forEach(
          (round, values) -> {
            double mean = Estimate.mean(values);
            double low = values.stream().mapToDouble(x -> x).min().orElseThrow();
            double high = values.stream().mapToDouble(x -> x).max().orElseThrow();
            if (Double.isFinite(low) && Double.isFinite(high)) {
              points.add(List.of((double) round, low, mean, high));
            }
            table.row(
                Cell.text(v.name()),
                Cell.count(round),
                Cell.score(mean),
                Cell.score(low),
                Cell.score(high),
                Cell.count(values.size()));
          });
      if (!points.isEmpty()) {
        series.add(new Series(v.name(), v.index(), true, points, null));
      }
    }
    return series.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Section.Figure(
                new Plot(
                    "curve-" + id, Kind.CURVES, title, Axis.of("round"), Axis.of(axis), series),
                table));
  }
}
