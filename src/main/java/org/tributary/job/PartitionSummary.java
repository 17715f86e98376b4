package org.tributary.job;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.tributary.rows.Manifest;

/** Describes a partitioned set as text. */
final class PartitionSummary {
  private static final int LABELS_SHOWN = 5;
  private static final int NAMED_SHOWN = 5;

  private PartitionSummary() {}

  /**
   * Describes a partitioned set.
   *
   * @param folder the folder of the set
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
    manifest.clients().forEach((id, client) -> lines.add(client(id, manifest.called(id), client)));
    lines.addAll(leftOut(manifest.leftOut()));
    lines.add("  test: " + part(manifest.test()));
    manifest.skipped().forEach((set, skipped) -> lines.addAll(skipped(set, skipped)));
    manifest
        .duplicates()
        .forEach((set, duplicates) -> lines.addAll(duplicates(set, duplicates, inputs)));
    if (manifest.test() != null && !manifest.duplicates().containsKey("test")) {
      lines.add("  duplicates: none between train and test: equal rows were kept together");
    }
    return lines;
  }

  private static String client(String id, String called, Manifest.Client client) {
    return "  client=%s%s: train %s; validation %s"
        .formatted(
            id,
            called.isEmpty() ? "" : " (" + called + ")",
            part(client.train()),
            part(client.validation()));
  }

  /** The owners that did not become clients, with the reason. */
  private static List<String> leftOut(Map<String, String> owners) {
    if (owners.isEmpty()) {
      return List.of();
    }
    List<String> lines = new ArrayList<>();
    lines.add("  left out: %d owners that did not become clients".formatted(owners.size()));
    List<String> named = new ArrayList<>();
    owners.forEach((owner, why) -> named.add(owner.replaceAll("\\p{Cntrl}", "?") + " " + why));
    addNamed(lines, named, named.size());
    return lines;
  }

  private static List<String> skipped(String set, Manifest.Skipped skipped) {
    List<String> lines = new ArrayList<>();
    lines.add("  skipped: %d broken or unlabelled images of %s".formatted(skipped.rows(), set));
    addNamed(lines, skipped.named(), skipped.rows());
    return lines;
  }

  private static List<String> duplicates(
      String set, Manifest.Duplicates duplicates, Manifest.Inputs inputs) {
    List<String> lines = new ArrayList<>();
    Manifest.Part all = new Manifest.Part("", duplicates.rows(), duplicates.labels(), "", null);
    String action = inputs.sameness() == null ? "report" : inputs.sameness().duplicates();
    String done =
        action.equals("report")
            ? "reported, none removed (duplicates: drop-train or drop-test would)"
            : "%d removed (%s)".formatted(duplicates.dropped(), action);
    lines.add(
        duplicates.rows() == 0
            ? "  duplicates: none between train and " + set
            : "  duplicates: %s of %s also in train (%d there); %s"
                .formatted(part(all), set, duplicates.inTrain(), done));
    addNamed(lines, duplicates.named(), duplicates.rows());
    return lines;
  }

  private static void addNamed(List<String> lines, List<String> named, long rows) {
    named.stream().limit(NAMED_SHOWN).forEach(name -> lines.add("    " + name));
    if (rows > NAMED_SHOWN) {
      lines.add("    and %d more".formatted(rows - NAMED_SHOWN));
    }
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
