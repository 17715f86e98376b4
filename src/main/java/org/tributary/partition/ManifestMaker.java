package org.tributary.partition;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tributary.partition.RawSet.Key;
import org.tributary.rows.Manifest;

/**
 * Makes the manifest of a set after its files are written.
 *
 * @param inputs the inputs that determine every byte of the files
 * @param read the sources and their rows
 */
record ManifestMaker(Manifest.Inputs inputs, ReadSets read) {
  /**
   * Makes the manifest.
   *
   * @param labels the classes, in order
   * @param parts the written files
   * @param duplicates by held-out set
   * @param leftOut owners that did not become clients, with the reason
   */
  Manifest of(
      List<String> labels,
      Map<FilePlan.Target, Manifest.Part> parts,
      Map<String, Manifest.Duplicates> duplicates,
      SortedMap<String, String> leftOut) {
    Map<String, String> owners = owners();
    TreeMap<String, Manifest.Client> clients = new TreeMap<>();
    Manifest.Part test = null;
    for (Map.Entry<FilePlan.Target, Manifest.Part> part : parts.entrySet()) {
      String id = part.getKey().client();
      switch (part.getKey().part()) {
        case "train" -> clients.put(id, new Manifest.Client(part.getValue(), null, owners.get(id)));
        case "validation" ->
            clients.computeIfPresent(
                id,
                (k, client) ->
                    new Manifest.Client(client.train(), part.getValue(), client.owner()));
        default -> test = part.getValue();
      }
    }
    Map<String, Long> sourceRows = new LinkedHashMap<>();
    read.found().forEach((set, rows) -> sourceRows.put(set, (long) rows.rows().size()));
    return new Manifest(
        Manifest.VERSION,
        inputs,
        sourceRows,
        read.raw().get("train").codec().schema().toSchema().columns(),
        labels,
        clients,
        test,
        duplicates,
        skipped(),
        leftOut);
  }

  /** The owners' names that differ from the ids of their clients, by id. */
  private Map<String, String> owners() {
    Map<String, String> owners = new TreeMap<>();
    read.found().get("train").rows().stream()
        .map(Key::owner)
        .filter(owner -> owner != null && !ClientId.of(owner).equals(owner))
        .distinct()
        .forEach(owner -> owners.put(ClientId.of(owner), owner));
    return owners;
  }

  private Map<String, Manifest.Skipped> skipped() {
    Map<String, Manifest.Skipped> skipped = new LinkedHashMap<>();
    read.found()
        .forEach(
            (set, rows) -> {
              List<String> broken = rows.broken();
              if (!broken.isEmpty()) {
                skipped.put(
                    set,
                    new Manifest.Skipped(
                        broken.size(), broken.stream().limit(Manifest.NAMED).toList()));
              }
            });
    return skipped;
  }
}
