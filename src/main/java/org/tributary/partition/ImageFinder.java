package org.tributary.partition;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;

/**
 * Finds the files of image sets. A tree is a folder or a zip whose first sub-folders are labels. If
 * they are called train, test and validation (or training, testing, val), they are the sets, and
 * the labels are one level below. A zip may have all of this inside one folder. Files next to the
 * label folders have no label, and hidden files are not part of the set. Both are skipped and
 * named.
 */
final class ImageFinder {
  private static final Map<String, String> SPLITS =
      Map.of(
          "train", "train",
          "training", "train",
          "test", "test",
          "testing", "test",
          "validation", "validation",
          "valid", "validation",
          "val", "validation");

  private final Store store;
  private final String label;
  private final List<String> problems;
  private final Map<String, SourceFiles> found = new LinkedHashMap<>();

  private ImageFinder(Store store, String label, List<String> problems) {
    this.store = store;
    this.label = label;
    this.problems = problems;
  }

  /**
   * Finds the sets of a format.
   *
   * @param store file system of the files
   * @param format images or idx
   * @param given paths by set
   * @param label the column of the class, for metadata next to images; null if there is none
   * @param problems receives the problems
   * @return files by set: the given ones and those found inside of train
   */
  static Map<String, SourceFiles> find(
      Store store, String format, Map<String, String> given, String label, List<String> problems)
      throws IOException {
    ImageFinder finder = new ImageFinder(store, label, problems);
    for (Map.Entry<String, String> set : given.entrySet()) {
      String key = "source." + set.getKey();
      Path path = store.path(set.getValue());
      store.requireFile(path);
      if (!store.exists(path)) {
        problems.add("%s: %s does not exist; correct the path".formatted(key, path));
      } else if (format.equals("images")) {
        finder.tree(set.getKey(), new ImageTree(store, key, set.getValue(), path));
      } else {
        new IdxFinder(store, problems, finder::put).find(set.getKey(), set.getValue(), path);
      }
    }
    return finder.found;
  }

  private void tree(String set, ImageTree tree) throws IOException {
    TreeNames listed = TreeNames.of(store, tree.key(), tree.path(), problems);
    List<String> names = listed.visible();
    if (names.isEmpty()) {
      return;
    }
    String root = tree.isZip() ? commonRoot(names) : "";
    Map<String, List<String>> tops = byTop(names, root);
    // Files at the top are not in a label folder. They say nothing about the folders.
    List<String> beside =
        new ArrayList<>(names.stream().filter(name -> !name.startsWith(root)).toList());
    beside.addAll(Optional.ofNullable(tops.remove("")).orElse(List.of()));
    if (ImageMetadata.among(beside).isPresent()) {
      put(set, tree.described(root, names, label));
      return;
    }
    if (tops.isEmpty()) {
      problems.add(
          "%s: %s holds files (%s) but no folders with files; its folders are the labels"
              .formatted(tree.key(), tree.path(), beside.get(0)));
      return;
    }
    for (String name : listed.hidden()) {
      beside.add(name.startsWith(root) ? name.substring(root.length()) : name);
    }
    if (!set.equals("train") || tops.keySet().stream().noneMatch(ImageFinder::isSplit)) {
      List<String> all = tops.values().stream().flatMap(List::stream).sorted().toList();
      put(set, tree.files(root, all, beside));
    } else if (areSplits(tree, tops.keySet())) {
      splits(tree, root, tops, beside);
    }
  }

  /** The names below a root, by their first folder; those without one are under "". */
  private static Map<String, List<String>> byTop(List<String> names, String root) {
    return names.stream()
        .filter(name -> name.startsWith(root))
        .map(name -> name.substring(root.length()))
        .collect(Collectors.groupingBy(ImageTree::top, TreeMap::new, Collectors.toList()));
  }

  /** Whether the folders are those of sets, and train is one of them. If not, it is a problem. */
  private boolean areSplits(ImageTree tree, Set<String> tops) {
    List<String> others = tops.stream().filter(top -> !isSplit(top)).toList();
    if (!others.isEmpty()) {
      problems.add(
          "%s: %s holds folders of sets next to others (%s); move these away, or name each set's own folder"
              .formatted(tree.key(), tree.path(), String.join(", ", others)));
      return false;
    }
    boolean train = tops.stream().anyMatch(top -> split(top).equals("train"));
    if (!train) {
      problems.add(
          "%s: %s holds %s but no train; name the folder of training images"
              .formatted(tree.key(), tree.path(), String.join(", ", tops)));
    }
    return train;
  }

  /** Finds the set of each folder. Hidden files outside of these folders are skipped in train. */
  private void splits(
      ImageTree tree, String root, Map<String, List<String>> tops, List<String> beside)
      throws IOException {
    for (Map.Entry<String, List<String>> folder : tops.entrySet()) {
      String top = folder.getKey();
      String inside = root + top + "/";
      List<String> below = below(folder.getValue(), top);
      if (ImageMetadata.among(below).isPresent()) {
        put(
            split(top),
            tree.described(inside, below.stream().map(n -> inside + n).toList(), label));
        continue;
      }
      List<String> skipped =
          new ArrayList<>(below.stream().filter(name -> ImageTree.top(name).isEmpty()).toList());
      for (String name : beside) {
        if (ImageTree.top(name).equals(top)) {
          skipped.add(name.substring(top.length() + 1));
        } else if (split(top).equals("train") && !tops.containsKey(ImageTree.top(name))) {
          skipped.add(name);
        }
      }
      List<String> kept = below.stream().filter(name -> !ImageTree.top(name).isEmpty()).toList();
      if (kept.isEmpty()) {
        problems.add(
            "%s: %s/%s%s holds no folders with files; its folders are the labels"
                .formatted(tree.key(), tree.path(), root, top));
      } else {
        put(split(top), tree.files(inside, kept, skipped));
      }
    }
  }

  /** Names inside of a folder, relative to it. */
  private static List<String> below(List<String> names, String folder) {
    return names.stream().map(name -> name.substring(folder.length() + 1)).toList();
  }

  private static boolean isSplit(String top) {
    return split(top) != null;
  }

  private static String split(String top) {
    return SPLITS.get(top.toLowerCase(Locale.ROOT));
  }

  /** The single top folder of many zips, with a slash; empty if there is none. */
  private static String commonRoot(List<String> names) {
    List<String> tops =
        names.stream().map(ImageTree::top).filter(top -> !top.isEmpty()).distinct().toList();
    if (tops.size() != 1) {
      return "";
    }
    String root = tops.get(0) + "/";
    boolean folders =
        names.stream()
            .anyMatch(name -> name.startsWith(root) && name.indexOf('/', root.length()) > 0);
    return folders && !isSplit(tops.get(0)) ? root : "";
  }

  private void put(String set, SourceFiles files) {
    if (found.putIfAbsent(set, files) != null) {
      problems.add(
          "source.%s: there is one inside of source.train too; name source.train's own folder"
              .formatted(set));
    }
  }
}
