package org.tributary.report;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.commons.math3.stat.descriptive.rank.Percentile;
import org.tributary.report.HtmlTable.Cell;
import org.tributary.report.Plot.Axis;
import org.tributary.report.Plot.Kind;
import org.tributary.report.Plot.Series;
import org.tributary.rows.Row;

/** How much the clients differ: a model that is good on average may be bad for some. */
final class ClientsSection {
  private final Ranking ranking;
  private final boolean scored;

  ClientsSection(Ranking ranking) {
    this.ranking = ranking;
    scored = ranking.variants().stream().anyMatch(v -> !scores(v, ranking.metric()).isEmpty());
  }

  /** The section; empty before the first round is closed. */
  Optional<Section> section() {
    List<String> names = new ArrayList<>();
    List<Series> series = new ArrayList<>();
    HtmlTable spread = spreadTable();
    HtmlTable each =
        new HtmlTable(
            "t-clients",
            title() + ", each client",
            List.of(Cell.text("variant"), Cell.text("client"), Cell.head(axis())));
    for (Variant v : ranking.ordered()) {
      SortedMap<String, Double> clients = clients(v);
      if (clients.isEmpty()) {
        continue;
      }
      spread.row(spread(v, clients));
      List<List<Double>> points = new ArrayList<>();
      clients.forEach(
          (client, value) -> {
            points.add(List.of(value, (double) names.size()));
            each.row(Cell.text(v.name()), Cell.text(client), Cell.score(value));
          });
      names.add(v.name());
      series.add(new Series(v.name(), v.index(), false, points, List.copyOf(clients.keySet())));
    }
    if (series.isEmpty()) {
      return Optional.empty();
    }
    Plot plot =
        new Plot("clients-plot", Kind.STRIPS, title(), Axis.of(axis()), Axis.rows(names), series);
    return Optional.of(
        new Section(
            "clients",
            "Spread over clients",
            lead(),
            List.of(new Section.Figure(plot, each)),
            spread.html()));
  }

  private String lead() {
    return scored
        ? "Each point is one client, after the last evaluation. Means over seeds where there are several."
        : "Each point is one client's mean training loss in its last round. Add validation to evaluate.parts to see the scores on each client's validation rows instead.";
  }

  private String axis() {
    return scored ? ranking.metric().title() : "training loss";
  }

  private String title() {
    if (!scored) {
      return "Training loss of each client in its last round";
    }
    List<String> models = new ArrayList<>();
    List<Variant> shown = ranking.variants().stream().filter(v -> !clients(v).isEmpty()).toList();
    if (shown.stream().anyMatch(v -> !v.personal())) {
      models.add("of the global model on its validation rows");
    }
    if (shown.stream().anyMatch(Variant::personal)) {
      models.add("of its own model on all %s rows".formatted(ranking.variants().get(0).part()));
    }
    return "%s of each client: %s"
        .formatted(Numbers.capital(ranking.metric().title()), String.join(", or ", models));
  }

  private HtmlTable spreadTable() {
    return new HtmlTable(
        "t-spread",
        title() + ": spread",
        List.of(
            Cell.text("variant"),
            Cell.head("clients"),
            Cell.head("lowest"),
            Cell.head("first quarter"),
            Cell.head("median"),
            Cell.head("third quarter"),
            Cell.head("highest"),
            Cell.head("standard deviation"),
            Cell.text("worst client")));
  }

  private List<Cell> spread(Variant v, SortedMap<String, Double> clients) {
    double[] values = clients.values().stream().mapToDouble(x -> x).toArray();
    Percentile percentile = new Percentile().withEstimationType(Percentile.EstimationType.R_7);
    List<Cell> cells = new ArrayList<>(List.of(Cell.text(v.name()), Cell.count(values.length)));
    cells.add(Cell.score(Arrays.stream(values).min().orElseThrow()));
    for (int quarter = 1; quarter <= 3; quarter++) {
      cells.add(Cell.score(percentile.evaluate(values, 25.0 * quarter)));
    }
    cells.add(Cell.score(Arrays.stream(values).max().orElseThrow()));
    cells.add(Cell.score(Estimate.deviation(clients.values())));
    boolean smallest = scored && ranking.metric().largerIsBetter();
    Comparator<Map.Entry<String, Double>> order = Map.Entry.comparingByValue();
    cells.add(
        Cell.text(
            clients.entrySet().stream()
                .min(smallest ? order : order.reversed())
                .orElseThrow()
                .getKey()));
    return cells;
  }

  private SortedMap<String, Double> clients(Variant v) {
    return scored ? scores(v, ranking.metric()) : losses(v);
  }

  private static SortedMap<String, Double> scores(Variant v, Metric metric) {
    return means(v.runs().stream().map(run -> run.clientScores(metric)).toList());
  }

  private static SortedMap<String, Double> losses(Variant v) {
    List<SortedMap<String, Double>> runs = new ArrayList<>();
    for (RunHistory run : v.runs()) {
      SortedMap<String, Double> last = new TreeMap<>();
      for (Row row : run.rows().clients()) {
        if (!row.isNull("loss_mean")) {
          last.put(row.text("client"), row.doubleAt("loss_mean"));
        }
      }
      runs.add(last);
    }
    return means(runs);
  }

  private static SortedMap<String, Double> means(List<SortedMap<String, Double>> runs) {
    Map<String, List<Double>> all = new TreeMap<>();
    for (SortedMap<String, Double> run : runs) {
      run.forEach((client, x) -> all.computeIfAbsent(client, c -> new ArrayList<>()).add(x));
    }
    SortedMap<String, Double> means = new TreeMap<>();
    all.forEach(
        (client, values) -> {
          if (Double.isFinite(Estimate.mean(values))) {
            means.put(client, Estimate.mean(values));
          }
        });
    return means;
  }
}
