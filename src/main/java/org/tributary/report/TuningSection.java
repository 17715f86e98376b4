package org.tributary.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tributary.report.HtmlTable.Cell;
import org.tributary.report.Plot.Axis;
import org.tributary.report.Plot.Kind;
import org.tributary.report.Plot.Series;
import org.tributary.statistics.Sample;

/** The learning rates that were tried, and which were chosen. */
final class TuningSection {
  private static final String PART = "validation";

  private final Subject subject;
  private final Ranking ranking;
  private final Metric metric;

  TuningSection(Subject subject, Ranking ranking) {
    this.subject = subject;
    this.ranking = ranking;
    String score = subject.comparison().map(c -> c.config().score()).orElse("loss");
    metric =
        java.util.Arrays.stream(Metric.values())
            .filter(m -> m.column().equals(score))
            .findFirst()
            .orElse(Metric.LOSS);
  }

  Section section() {
    Map<String, List<RunHistory>> tried = new LinkedHashMap<>();
    ranking.variants().forEach(v -> tried.put(v.name(), new ArrayList<>()));
    subject
        .trials()
        .forEach(t -> tried.computeIfAbsent(subject.variant(t), v -> new ArrayList<>()).add(t));
    HtmlTable table =
        new HtmlTable(
            "t-tuning",
            "Learning rates that were tried, on validation rows; ± is the standard deviation over the seeds that tried a rate",
            List.of(
                Cell.text("variant"),
                Cell.head("learning rate"),
                Cell.head("seeds"),
                Cell.head(PART + " " + metric.title()),
                Cell.head("clients failed"),
                Cell.text("used")));
    List<Series> series = new ArrayList<>();
    tried.forEach((variant, trials) -> add(variant, trials, table, series));
    if (subject.trials().isEmpty()) {
      return Section.of(
          "tuning",
          "What was tuned",
          "Nothing was tuned here: every run has the learning rate of its configuration.",
          table.html());
    }
    Plot plot =
        new Plot(
            "tuning-plot",
            Kind.SCATTER,
            "Validation %s by learning rate".formatted(metric.title()),
            Axis.log("learning rate"),
            Axis.of(PART + " " + metric.title()),
            series);
    List<Section.Figure> figures =
        series.isEmpty() ? List.of() : List.of(new Section.Figure(plot, table));
    return new Section(
        "tuning", "What was tuned", lead(tried), figures, series.isEmpty() ? table.html() : "");
  }

  private static String lead(Map<String, List<RunHistory>> tried) {
    List<String> not = new ArrayList<>();
    tried.forEach(
        (variant, trials) -> {
          if (trials.isEmpty()) {
            not.add(variant);
          }
        });
    return "The learning rate with the best score on validation rows, or the best mean where several seeds tried each rate, is used for all seeds."
        + (not.isEmpty()
            ? ""
            : " For %s the configured rate is used, which may not be the best: the comparison is not quite equal."
                .formatted(String.join(", ", not)));
  }

  private void add(String variant, List<RunHistory> trials, HtmlTable table, List<Series> series) {
    TreeSet<Double> used = new TreeSet<>();
    int style = -1;
    for (Variant v : ranking.variants()) {
      if (v.name().equals(variant)) {
        v.all().forEach(run -> used.add(run.rate()));
        style = v.index();
      }
    }
    SortedMap<Double, List<RunHistory>> byRate = new TreeMap<>();
    trials.forEach(
        trial -> byRate.computeIfAbsent(trial.rate(), r -> new ArrayList<>()).add(trial));
    List<List<Double>> points = new ArrayList<>();
    byRate.forEach(
        (rate, runs) -> {
          Sample score = score(runs);
          if (Double.isFinite(score.mean())) {
            points.add(List.of(rate, score.mean()));
          }
          table.row(
              Cell.text(variant),
              rate(rate),
              Cell.count(runs.size()),
              Cell.mean(score.mean(), score.deviation()),
              Cell.count((long) runs.stream().mapToDouble(run -> run.total("failed")).sum()),
              Cell.text(
                  used.contains(rate)
                      ? "yes"
                      : runs.stream().allMatch(RunHistory::finished) ? "no" : "no, has not ended"));
        });
    for (double rate : used) {
      if (!byRate.containsKey(rate)) {
        Cell none = Cell.score(Double.NaN);
        table.row(
            Cell.text(variant), rate(rate), none, none, none, Cell.text("yes, as configured"));
      }
    }
    if (!points.isEmpty()) {
      series.add(new Series(variant, style, true, points, null));
    }
  }

  /** A rate has no score if one of its runs has none, as in the search. */
  private Sample score(List<RunHistory> runs) {
    List<Double> scores = runs.stream().map(run -> run.last(metric, PART)).toList();
    return Sample.of(scores.stream().allMatch(Double::isFinite) ? scores : List.of());
  }

  private static Cell rate(double rate) {
    return Cell.number(rate, Numbers.rate(rate));
  }
}
