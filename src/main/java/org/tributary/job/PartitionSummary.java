package org.tributary.job;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.tributary.data.Manifest;

/** What a partitioned set holds, in words. */
final class PartitionSummary {
  private static final int LABELS_SHOWN = 5;

  private PartitionSummary() {}

  /**
   * Describes a partitioned set.
   *
   * @param folder where it lies
   * @param manifest of the set
   * @return lines of text
   */
  static List<String> of(Path folder, Manifest manifest) {
    Manifest.Inputs inputs = manifest.inputs();
    List<String> lines = new ArrayList<>();
    lines.add("partitioned set " + folder);
    lines.add("  name: %s, seed: %d".formatted(inputs.name(), inputs.seed()));
    lines.add(
        "  partitioner: %s %s"
            .formatted(inputs.partitioner().name(), inputs.partitioner().parameters()));
    lines.add(
        "  columns: "
            + manifest.columns().stream()
                .map(column -> column.name() + " " + column.type())
                .collect(Collectors.joining(", ")));
    lines.add(
        "  clients: %d, labels: %d".formatted(manifest.clients().size(), manifest.labels().size()));
    manifest
        .clients()
        .forEach(
            (id, client) ->
                lines.add(
                    "  client=%s: train %s; validation %s"
                        .formatted(id, part(client.train()), part(client.validation()))));
    lines.add("  test: " + part(manifest.test()));
    return lines;
  }

  private static String part(Manifest.Part part) {
    if (part == null) {
      return "none";
    }
    String rows = part.rows() == 1 ? "1 row" : part.rows() + " rows";
    String labels =
        part.labels().entrySet().stream()
            .sorted(
                Comparator.comparing((Map.Entry<String, Long> e) -> -e.getValue())
                    .thenComparing(Map.Entry::getKey))
            .limit(LABELS_SHOWN)
            .map(label -> label.getKey() + " " + label.getValue())
            .collect(Collectors.joining(", "));
    int more = part.labels().size() - LABELS_SHOWN;
    String rest = more > 0 ? ", %d more".formatted(more) : "";
    return labels.isEmpty() ? rows : "%s (%s%s)".formatted(rows, labels, rest);
  }
}
