package org.tributary.report;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tributary.report.HtmlTable.Cell;
import org.tributary.report.Plot.Axis;
import org.tributary.report.Plot.Kind;
import org.tributary.report.Plot.Series;
import org.tributary.rows.Manifest;

/** Which labels each client has: how far the clients' data are from independent and identical. */
final class LabelsSection {
  /** More labels than these are counted together, so that colours can be told apart. */
  private static final int LABELS = 9;

  /** More clients than these do not fit into a plot; the table has all. */
  private static final int CLIENTS = 40;

  private static final String ROWS = "rows";

  private final Subject subject;

  LabelsSection(Subject subject) {
    this.subject = subject;
  }

  /** The section; its text says why a set cannot be shown. */
  Optional<Section> section() {
    List<Section.Figure> figures = new ArrayList<>();
    List<String> texts = new ArrayList<>();
    int number = 0;
    for (Map.Entry<String, Subject.PartitionedSet> set : subject.partitions().entrySet()) {
      Manifest manifest = set.getValue().manifest();
      if (manifest == null) {
        texts.add("The label mix cannot be shown: %s.".formatted(set.getValue().problem()));
      } else {
        texts.add(describe(set.getKey(), manifest));
        figures.add(figure(manifest, ++number));
      }
    }
    return Optional.of(
        new Section(
            "labels", "Rows and labels of the clients", String.join(" ", texts), figures, ""));
  }

  private static String describe(String path, Manifest manifest) {
    long rows = manifest.clients().values().stream().mapToLong(c -> c.train().rows()).sum();
    String shown =
        manifest.clients().size() > CLIENTS
            ? " The plot shows the first %s clients, the table all.".formatted(CLIENTS)
            : "";
    return "The partitioned set %s has %s of %s, split by %s %s.%s"
        .formatted(
            path,
            Numbers.counted(rows, "training row", "training rows"),
            Numbers.counted(manifest.clients().size(), "client", "clients"),
            manifest.inputs().partitioner().name(),
            manifest.inputs().partitioner().parameters(),
            shown);
  }

  private static Section.Figure figure(Manifest manifest, int number) {
    boolean labelled = labelCount(manifest) > 0;
    String title =
        labelled ? "Labels of each client's training rows" : "Training rows of each client";
    Plot plot =
        new Plot(
            "labels-plot-" + number,
            Kind.BARS,
            title,
            Axis.of(labelled ? "% of the client's training rows" : "training rows"),
            Axis.rows(
                manifest.clients().keySet().stream()
                    .limit(CLIENTS)
                    .map(
                        id ->
                            name(manifest, id)
                                + ": "
                                + Numbers.count(manifest.clients().get(id).train().rows()))
                    .toList()),
            series(manifest));
    return new Section.Figure(plot, table(manifest, "t-labels-" + number, title));
  }

  /** The client's id, with its owner's name if that is another. */
  private static String name(Manifest manifest, String id) {
    return manifest.called(id).isEmpty() ? id : id + " " + manifest.called(id);
  }

  /** The shown labels, and how many others there are. */
  private static List<String> names(Manifest manifest) {
    List<String> names = new ArrayList<>(labels(manifest));
    int others = labelCount(manifest) - names.size();
    if (others > 0) {
      names.add("%s other labels".formatted(others));
    }
    return names;
  }

  private static HtmlTable table(Manifest manifest, String id, String title) {
    List<Cell> head = new ArrayList<>(List.of(Cell.text("client"), Cell.head("all rows")));
    names(manifest).forEach(name -> head.add(Cell.head(name)));
    HtmlTable table = new HtmlTable(id, title, head);
    List<String> labels = labels(manifest);
    manifest
        .clients()
        .forEach(
            (client, parts) -> {
              List<Cell> row = new ArrayList<>();
              row.add(Cell.text(name(manifest, client)));
              row.add(Cell.count(parts.train().rows()));
              counts(parts.train(), labels, head.size() - 2)
                  .forEach(count -> row.add(Cell.count(count)));
              table.row(row);
            });
    return table;
  }

  /** One series for each name: shares of a client's rows in percent, or rows without labels. */
  private static List<Series> series(Manifest manifest) {
    List<String> labels = labels(manifest);
    List<String> names = names(manifest);
    List<List<List<Double>>> points = new ArrayList<>();
    names.forEach(name -> points.add(new ArrayList<>()));
    int place = 0;
    for (Manifest.Client client : manifest.clients().values()) {
      if (place == CLIENTS) {
        break;
      }
      List<Long> counts = counts(client.train(), labels, names.size());
      double whole = labelCount(manifest) > 0 ? client.train().rows() / 100.0 : 1;
      for (int i = 0; i < counts.size(); i++) {
        points.get(i).add(List.of(counts.get(i) / whole, (double) place));
      }
      place++;
    }
    List<Series> series = new ArrayList<>();
    for (int i = 0; i < names.size(); i++) {
      int style = i < labels.size() ? i : -1;
      series.add(new Series(names.get(i), style, false, points.get(i), null));
    }
    return series;
  }

  private static int labelCount(Manifest manifest) {
    return totals(manifest).size();
  }

  private static SortedMap<String, Long> totals(Manifest manifest) {
    SortedMap<String, Long> totals = new TreeMap<>();
    manifest
        .clients()
        .values()
        .forEach(c -> c.train().labels().forEach((label, n) -> totals.merge(label, n, Long::sum)));
    return totals;
  }

  /**
   * The labels with the largest share in some client, so that what marks a client is seen; the most
   * frequent one first. One for all rows in a set without labels.
   */
  private static List<String> labels(Manifest manifest) {
    SortedMap<String, Long> totals = totals(manifest);
    if (totals.isEmpty()) {
      return List.of(ROWS);
    }
    Map<String, Double> largest = new TreeMap<>();
    for (Manifest.Client client : manifest.clients().values()) {
      double rows = client.train().rows();
      client.train().labels().forEach((label, n) -> largest.merge(label, n / rows, Math::max));
    }
    return largest.entrySet().stream()
        .sorted(
            Map.Entry.<String, Double>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(LABELS)
        .map(Map.Entry::getKey)
        .sorted(Comparator.comparing((String label) -> -totals.get(label)).thenComparing(x -> x))
        .toList();
  }

  /**
   * A client's rows of each label, then of the other labels together if there is space for them.
   */
  private static List<Long> counts(Manifest.Part part, List<String> labels, int columns) {
    if (labels.equals(List.of(ROWS)) && part.labels().isEmpty()) {
      return List.of(part.rows());
    }
    List<Long> counts = new ArrayList<>();
    labels.forEach(label -> counts.add(part.labels().getOrDefault(label, 0L)));
    if (columns > counts.size()) {
      counts.add(part.rows() - counts.stream().mapToLong(x -> x).sum());
    }
    return counts;
  }
}
