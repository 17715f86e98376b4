package org.tributary.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.tributary.report.HtmlTable.Cell;
import org.tributary.report.Plot.Axis;
import org.tributary.report.Plot.Kind;
import org.tributary.report.Plot.Series;
import org.tributary.rows.Row;

/** How the layers moved, of runs that {@code analyze} has measured. */
final class LayersSection {
  private final List<Variant> variants;

  LayersSection(Ranking ranking) {
    variants =
        ranking.variants().stream()
            .filter(v -> v.all().stream().anyMatch(run -> !run.rows().layers().isEmpty()))
            .toList();
  }

  /** The section; empty if no run is measured. */
  Optional<Section> section() {
    if (variants.isEmpty()) {
      return Optional.empty();
    }
    List<Section.Figure> figures = new ArrayList<>();
    spectra().ifPresent(figures::add);
    curve(
            "merge-error",
            "merge error",
            "What averaging the factors of adapters loses of the mean product, by round")
        .ifPresent(figures::add);
    curve("cut-energy", "cut energy", "Energy of the mean product beyond rank r, by round")
        .ifPresent(figures::add);
    curve("effective-rank", "effective rank", "Effective rank of the merged update, by round")
        .ifPresent(figures::add);
    curve(
            "sum-effective-rank",
            "sum effective rank",
            "Effective rank of the sum of all rounds' changes, by round")
        .ifPresent(figures::add);
    curve("drift", "drift", "Distance to central training, by round").ifPresent(figures::add);
    return Optional.of(
        new Section(
            "layers",
            "How the layers moved",
            "Means over the layers that the job analyze measured, and over seeds; bands go from the lowest to the highest seed. docs/theory.md says what the numbers mean.",
            figures,
            ""));
  }

  /** A column of the table {@code layers} by round. */
  private Optional<Section.Figure> curve(String id, String axis, String title) {
    String column = id.replace('-', '_');
    HtmlTable table =
        new HtmlTable(
            "t-layers-" + id,
            title,
            List.of(
                Cell.text("variant"),
                Cell.head("round"),
                Cell.head("mean"),
                Cell.head("lowest seed"),
                Cell.head("highest seed"),
                Cell.head("seeds")));
    List<Series> series = new ArrayList<>();
    for (Variant v : variants) {
      List<List<Double>> points = new ArrayList<>();
      bySeed(v, run -> means(run.rows().layers(), "round", column))
          .forEach(
              (round, values) -> {
                double mean = Estimate.mean(values);
                double low = values.stream().mapToDouble(x -> x).min().orElseThrow();
                double high = values.stream().mapToDouble(x -> x).max().orElseThrow();
                points.add(List.of((double) round, low, mean, high));
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
    return figure(
        new Plot("layers-" + id, Kind.CURVES, title, Axis.of("round"), Axis.of(axis), series),
        table);
  }

  /** The singular values of the sum of all changes, after the last round that was measured. */
  private Optional<Section.Figure> spectra() {
    String title =
        "Singular values of the sum of all rounds' changes, relative to the largest of the layer";
    HtmlTable table =
        new HtmlTable(
            "t-layers-spectrum",
            title,
            List.of(
                Cell.text("variant"),
                Cell.head("number"),
                Cell.head("mean over layers"),
                Cell.head("seeds")));
    List<Series> series = new ArrayList<>();
    for (Variant v : variants) {
      List<List<Double>> points = new ArrayList<>();
      bySeed(v, LayersSection::spectrum)
          .forEach(
              (number, values) -> {
                double mean = Estimate.mean(values);
                if (mean > 0) {
                  points.add(List.of((double) number, mean));
                }
                table.row(
                    Cell.text(v.name()),
                    Cell.count(number),
                    Cell.number(mean, String.format(Locale.ROOT, "%.3g", mean)),
                    Cell.count(values.size()));
              });
      if (!points.isEmpty()) {
        series.add(new Series(v.name(), v.index(), true, points, null));
      }
    }
    return figure(
        new Plot(
            "layers-spectrum",
            Kind.SCATTER,
            title,
            Axis.of("number"),
            Axis.log("share of the largest"),
            series),
        table);
  }

  private static Optional<Section.Figure> figure(Plot plot, HtmlTable table) {
    return plot.series().isEmpty()
        ? Optional.empty()
        : Optional.of(new Section.Figure(plot, table));
  }

  private static SortedMap<Integer, List<Double>> bySeed(
      Variant variant, Function<RunHistory, SortedMap<Integer, Double>> numbers) {
    SortedMap<Integer, List<Double>> all = new TreeMap<>();
    for (RunHistory run : variant.all()) {
      numbers
          .apply(run)
          .forEach((at, value) -> all.computeIfAbsent(at, x -> new ArrayList<>()).add(value));
    }
    return all;
  }

  /** The mean over layers; nothing where no layer has a value. */
  private static SortedMap<Integer, Double> means(List<Row> rows, String key, String column) {
    SortedMap<Integer, List<Double>> values = new TreeMap<>();
    for (Row row : rows) {
      if (!row.isNull(column)) {
        values
            .computeIfAbsent((int) row.longAt(key), x -> new ArrayList<>())
            .add(row.doubleAt(column));
      }
    }
    SortedMap<Integer, Double> means = new TreeMap<>();
    values.forEach((at, list) -> means.put(at, Estimate.mean(list)));
    return means;
  }

  /** By number, the mean over layers of σ_i / σ_1. */
  private static SortedMap<Integer, Double> spectrum(RunHistory run) {
    long last = run.rows().spectra().stream().mapToLong(row -> row.longAt("round")).max().orElse(0);
    Map<String, Double> largest = new TreeMap<>();
    SortedMap<Integer, List<Double>> values = new TreeMap<>();
    for (Row row : run.rows().spectra()) {
      if (row.longAt("round") == last && row.text("matrix").equals("sum")) {
        double value = row.doubleAt("value");
        largest.putIfAbsent(row.text("layer"), value); // the first of a layer is the largest
        if (largest.get(row.text("layer")) > 0) {
          values
              .computeIfAbsent((int) row.longAt("number"), x -> new ArrayList<>())
              .add(value / largest.get(row.text("layer")));
        }
      }
    }
    SortedMap<Integer, Double> means = new TreeMap<>();
    values.forEach((number, list) -> means.put(number, Estimate.mean(list)));
    return means;
  }
}
