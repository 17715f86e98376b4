package org.tributary.partition;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tributary.error.WrongInput;
import org.tributary.partition.RawSet.Key;
import org.tributary.rows.Manifest;

/**
 * Finds rows that are both in train and in a held-out set. They are always reported. If the
 * configuration says so, they are also left out of train or of the held-out set.
 */
final class CrossSetDuplicates {
  private final String action;
  private final Map<String, RawSet> raw;
  private final Map<String, Manifest.Duplicates> report = new LinkedHashMap<>();
  private final Map<String, List<Key>> kept;

  /**
   * Looks for duplicates.
   *
   * @param action report, drop-train or drop-test
   * @param raw the sets
   * @param keys their rows in canonical order
   * @throws WrongInput if a set would have no rows left
   */
  CrossSetDuplicates(String action, Map<String, RawSet> raw, Map<String, List<Key>> keys) {
    this.action = action;
    this.raw = raw;
    kept = new LinkedHashMap<>(keys);
    keys.keySet().stream().filter(set -> !set.equals("train")).forEach(set -> compare(set, keys));
    kept.forEach(
        (set, rows) -> {
          if (rows.isEmpty()) {
            throw raw.get(set)
                .source()
                .wrong("duplicates: %s leaves it without rows; report them only".formatted(action));
          }
        });
  }

  /** The remaining rows, by set. */
  Map<String, List<Key>> kept() {
    return kept;
  }

  /** The duplicates, by held-out set. */
  Map<String, Manifest.Duplicates> report() {
    return report;
  }

  private void compare(String set, Map<String, List<Key>> keys) {
    List<Key> duplicates = common(keys.get(set), keys.get("train"));
    List<Key> inTrain = common(keys.get("train"), keys.get(set));
    long dropped = 0;
    if (action.equals("drop-test")) {
      dropped = duplicates.size();
      kept.put(set, without(keys.get(set), keys.get("train")));
    } else if (action.equals("drop-train")) {
      int before = kept.get("train").size();
      kept.put("train", without(kept.get("train"), keys.get(set)));
      dropped = before - kept.get("train").size();
    }
    TreeMap<String, Long> labels = new TreeMap<>();
    duplicates.stream()
        .filter(t -> t.label() != null)
        .forEach(t -> labels.merge(t.label(), 1L, Long::sum));
    report.put(
        set,
        new Manifest.Duplicates(
            duplicates.size(), labels, inTrain.size(), dropped, named(set, duplicates, inTrain)));
  }

  /** The rows of a set whose content is also in another set. Both sets are in canonical order. */
  private static List<Key> common(List<Key> set, List<Key> other) {
    return split(set, other, true);
  }

  private static List<Key> without(List<Key> set, List<Key> other) {
    return split(set, other, false);
  }

  private static List<Key> split(List<Key> set, List<Key> other, boolean common) {
    List<Key> rows = new ArrayList<>();
    int j = 0;
    for (Key key : set) {
      while (j < other.size()
          && Arrays.compareUnsigned(other.get(j).content(), key.content()) < 0) {
        j++;
      }
      if ((j < other.size() && other.get(j).sameContent(key)) == common) {
        rows.add(key);
      }
    }
    return rows;
  }

  /** The names of the first duplicates, each with the first equal row of train. */
  private List<String> named(String set, List<Key> duplicates, List<Key> inTrain) {
    List<Key> first = duplicates.stream().limit(Manifest.NAMED).toList();
    Map<String, Key> partners = new LinkedHashMap<>();
    inTrain.forEach(key -> partners.putIfAbsent(hex(key.content()), key));
    List<Key> wanted = first.stream().map(key -> partners.get(hex(key.content()))).toList();
    Map<String, String> names = raw.get(set).names(hashes(first));
    Map<String, String> trainNames = raw.get("train").names(hashes(wanted));
    return Stream.iterate(0, i -> i < first.size(), i -> i + 1)
        .map(
            i ->
                names.get(hex(first.get(i).hash()))
                    + " = train "
                    + trainNames.get(hex(wanted.get(i).hash())))
        .sorted()
        .toList();
  }

  private static List<String> hashes(List<Key> keys) {
    return keys.stream().map(key -> hex(key.hash())).distinct().toList();
  }

  private static String hex(byte[] hash) {
    return HexFormat.of().formatHex(hash);
  }
}
