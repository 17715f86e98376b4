package org.tributary.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.tributary.report.HtmlTable.Cell;
import org.tributary.report.Plot.Axis;
import org.tributary.report.Plot.Kind;
import org.tributary.report.Plot.Series;
import org.tributary.rows.Row;

/** The table of the variants, and their scores with intervals as a plot. */
final class ScoresSection {
  private final Ranking ranking;
  private final Subject subject;
  private final List<Metric> metrics;
  private final String suffix;

  ScoresSection(Ranking ranking, Subject subject) {
    this(ranking, subject, Metric.of(subject.compared()), "");
  }

  /**
   * The section of some variants.
   *
   * @param ranking of the variants
   * @param subject their runs
   * @param metrics the columns
   * @param suffix of the ids in the page
   */
  ScoresSection(Ranking ranking, Subject subject, List<Metric> metrics, String suffix) {
    this.ranking = ranking;
    this.subject = subject;
    this.metrics = metrics;
    this.suffix = suffix;
  }

  Section section() {
    HtmlTable table = table();
    List<Section.Figure> figures = new ArrayList<>();
    if (ranking.variants().stream().filter(v -> v.primary().seeds() > 0).count() > 1) {
      figures.add(new Section.Figure(plot(), intervals()));
    }
    return new Section(
        "scores" + suffix,
        suffix.isEmpty() ? "Scores and costs" : "Scores and costs on " + subject.title(),
        "The evaluation of each variant's result and what its training took, the best one first. Scores with ± are mean and standard deviation over seeds.",
        figures,
        table.html());
  }

  /** One row for each variant. */
  HtmlTable table() {
    List<Cell> head = new ArrayList<>();
    head.add(Cell.text("variant"));
    metrics.forEach(metric -> head.add(Cell.head(metric.title())));
    for (String name :
        List.of(
            "seeds",
            "rounds",
            "MB up",
            "MB down",
            "MB total",
            "optimizer MB",
            "clients failed",
            "seconds")) {
      head.add(Cell.head(name));
    }
    head.add(Cell.head(ranking.metric().title() + ", 95 % interval from"));
    head.add(Cell.head("to"));
    if (baseline() != null) {
      head.add(Cell.head("difference to " + baseline()));
      head.add(Cell.head("from"));
      head.add(Cell.head("to"));
      head.add(Cell.head("p, t test, Holm"));
      head.add(Cell.head("p, permutation, Holm"));
    }
    HtmlTable table =
        new HtmlTable(
            "t-scores" + suffix,
            "Scores and costs by variant. MB up and down: per client and round; MB total: both directions, all clients and rounds of one run",
            head);
    ranking.ordered().forEach(v -> table.row(row(v)));
    return table;
  }

  private List<Cell> row(Variant v) {
    List<Cell> row = new ArrayList<>();
    row.add(Cell.text(v.name() + state(v)));
    metrics.forEach(metric -> row.add(score(v.estimate(metric))));
    row.add(Cell.count(v.primary().seeds()));
    row.add(rounds(v));
    row.add(megabytes(v.mean(run -> run.perClient("bytes_up"))));
    row.add(megabytes(v.mean(run -> run.perClient("bytes_down"))));
    row.add(megabytes(v.bytes()));
    row.add(megabytes(v.mean(run -> run.perClient("optimizer_bytes"))));
    row.add(Cell.count(v.failures()));
    row.add(Cost.SECONDS.cell(v));
    row.add(Cell.score(v.primary().low()));
    row.add(Cell.score(v.primary().high()));
    if (baseline() != null) {
      row.addAll(difference(v));
    }
    return row;
  }

  /** The comparison's baseline; null if there is none. */
  private String baseline() {
    return subject.comparison().map(c -> c.config().baseline()).orElse(null);
  }

  /** The rows of the table {@code statistics} about the deciding score that have a difference. */
  private List<Row> differences() {
    return subject.statistics().stream()
        .filter(row -> !row.isNull("baseline"))
        .filter(row -> row.text("score").equals(ranking.metric().column()))
        .toList();
  }

  private List<Cell> difference(Variant v) {
    Optional<Row> own =
        differences().stream()
            .filter(row -> row.text("variant").equals(v.all().get(0).variant()))
            .filter(row -> row.text("partition").equals(v.all().get(0).partition()))
            .findFirst();
    if (own.isEmpty()) {
      return Collections.nCopies(5, Cell.score(Double.NaN));
    }
    return List.of(
        StatisticsSection.difference(own.get(), "difference"),
        StatisticsSection.difference(own.get(), "difference_low"),
        StatisticsSection.difference(own.get(), "difference_high"),
        StatisticsSection.p(own.get(), "p_t_holm"),
        StatisticsSection.p(own.get(), "p_permutation_holm"));
  }

  /** The mean of the closed rounds, and after which rounds the results are if not the last ones. */
  private static Cell rounds(Variant v) {
    double rounds = v.mean(RunHistory::closed);
    String text = Double.toString(rounds).replaceAll("\\.0$", "");
    boolean early =
        v.runs().stream().anyMatch(run -> run.result().orElse(run.closed()) != run.closed());
    String results =
        v.runs().stream()
            .map(run -> Integer.toString(run.result().orElse(run.closed())))
            .collect(Collectors.joining(", "));
    return Cell.number(rounds, early ? "%s (result: %s)".formatted(text, results) : text);
  }

  private static String state(Variant v) {
    if (v.finished()) {
      return "";
    }
    return v.all().stream().allMatch(RunHistory::finished) ? " (no finite score)" : " (not ended)";
  }

  private static Cell score(Estimate estimate) {
    return Cell.mean(estimate.mean(), estimate.deviation());
  }

  static Cell megabytes(double bytes) {
    return Cell.number(bytes, Numbers.megabytes(bytes));
  }

  private List<Variant> scored() {
    return ranking.ordered().stream().filter(v -> v.primary().seeds() > 0).toList();
  }

  private Plot plot() {
    List<Variant> scored = scored();
    List<Series> series = new ArrayList<>();
    for (int i = 0; i < scored.size(); i++) {
      Variant v = scored.get(i);
      Estimate e = v.primary();
      List<Double> point = new ArrayList<>(List.of(e.mean(), (double) i));
      point.add(e.hasInterval() ? e.low() : null);
      point.add(e.hasInterval() ? e.high() : null);
      series.add(new Series(v.name(), v.index(), false, List.of(point), null));
    }
    return new Plot(
        "scores" + suffix + "-plot",
        Kind.INTERVALS,
        title(),
        Axis.of(axis()),
        Axis.rows(scored.stream().map(Variant::name).toList()),
        series);
  }

  private String title() {
    return "%s of each variant, with 95 %% intervals where they are known"
        .formatted(Numbers.capital(axis()));
  }

  private String axis() {
    String part = scored().isEmpty() ? "test" : scored().get(0).part();
    return part + " " + ranking.metric().title();
  }

  /** The numbers of the plot, and the differences to the best variant. */
  private HtmlTable intervals() {
    HtmlTable table =
        new HtmlTable(
            "t-intervals" + suffix,
            title() + ", and the difference to the best",
            List.of(
                Cell.text("variant"),
                Cell.head(axis()),
                Cell.head("from"),
                Cell.head("to"),
                Cell.head("difference to the best"),
                Cell.head("from"),
                Cell.head("to")));
    List<Variant> ranked = ranking.ranked();
    for (Variant v : scored()) {
      Estimate e = v.primary();
      boolean compared =
          v.finished() && !ranked.isEmpty() && v != ranked.get(0) && ranking.obstacles().isEmpty();
      Difference d =
          compared ? ranking.difference(v) : new Difference(Double.NaN, Double.NaN, Double.NaN);
      table.row(
          Cell.text(v.name()),
          Cell.score(e.mean()),
          Cell.score(e.low()),
          Cell.score(e.high()),
          Cell.number(d.value(), Numbers.difference(d.value())),
          Cell.number(d.low(), Numbers.difference(d.low())),
          Cell.number(d.high(), Numbers.difference(d.high())));
    }
    return table;
  }
}
