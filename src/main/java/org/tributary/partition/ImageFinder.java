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
import org.tributary.checkpoint.PathNames;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

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
        finder.tree(set.getKey(), set.getValue(), path);
      } else {
        new IdxFinder(store, problems, finder::put).find(set.getKey(), set.getValue(), path);
      }
    }
    return finder.found;
  }

  private void tree(String set, String given, Path path) throws IOException {
    String key = "source." + set;
    TreeNames listed = TreeNames.of(store, key, path, problems);
    List<String> names = listed.visible();
    if (names.isEmpty()) {
      return;
    }
    String root = isZip(path) ? commonRoot(names) : "";
    Map<String, List<String>> tops =
        names.stream()
            .filter(name -> name.startsWith(root))
            .map(name -> name.substring(root.length()))
            .collect(Collectors.groupingBy(ImageFinder::top, TreeMap::new, Collectors.toList()));
    // Files at the top are not in a label folder. They say nothing about the folders.
    List<String> beside =
        new ArrayList<>(names.stream().filter(name -> !name.startsWith(root)).toList());
    beside.addAll(Optional.ofNullable(tops.remove("")).orElse(List.of()));
    if (ImageMetadata.among(beside).isPresent()) {
      put(set, described(key, given, path, root, names));
      return;
    }
    if (tops.isEmpty()) {
      problems.add(
          "%s: %s holds files (%s) but no folders with files; its folders are the labels"
              .formatted(key, path, beside.get(0)));
      return;
    }
    for (String name : listed.hidden()) {
      beside.add(name.startsWith(root) ? name.substring(root.length()) : name);
    }
    if (!set.equals("train") || tops.keySet().stream().noneMatch(ImageFinder::isSplit)) {
      List<String> all = tops.values().stream().flatMap(List::stream).sorted().toList();
      put(set, files(key, given, path, new Part(root, all, beside)));
      return;
    }
    List<String> others = tops.keySet().stream().filter(top -> !isSplit(top)).toList();
    if (!others.isEmpty()) {
      problems.add(
          "%s: %s holds folders of sets next to others (%s); move these away, or name each set's own folder"
              .formatted(key, path, String.join(", ", others)));
      return;
    }
    splits(key, given, path, root, tops, beside);
  }

  private void splits(
      String key,
      String given,
      Path path,
      String root,
      Map<String, List<String>> tops,
      List<String> beside)
      throws IOException {
    if (tops.keySet().stream().noneMatch(top -> split(top).equals("train"))) {
      problems.add(
          "%s: %s holds %s but no train; name the folder of training images"
              .formatted(key, path, String.join(", ", tops.keySet())));
      return;
    }
    Map<String, List<String>> ofFolders = new TreeMap<>(tops);
    for (Map.Entry<String, List<String>> top : tops.entrySet()) {
      String inside = root + top.getKey() + "/";
      List<String> below =
          top.getValue().stream().map(n -> n.substring(top.getKey().length() + 1)).toList();
      if (ImageMetadata.among(below).isPresent()) {
        put(
            split(top.getKey()),
            described(
                key, given, path, inside, top.getValue().stream().map(n -> root + n).toList()));
        ofFolders.remove(top.getKey());
      }
    }
    ofFolders.forEach(
        (top, inside) -> {
          String of = split(top);
          List<String> below =
              inside.stream().map(name -> name.substring(top.length() + 1)).toList();
          List<String> skipped =
              new ArrayList<>(below.stream().filter(name -> top(name).isEmpty()).toList());
          for (String name : beside) {
            if (top(name).equals(top)) {
              skipped.add(name.substring(top.length() + 1));
            } else if (of.equals("train") && !tops.containsKey(top(name))) {
              skipped.add(name);
            }
          }
          List<String> kept = below.stream().filter(name -> !top(name).isEmpty()).toList();
          if (kept.isEmpty()) {
            problems.add(
                "%s: %s/%s%s holds no folders with files; its folders are the labels"
                    .formatted(key, path, root, top));
            return;
          }
          put(of, files(key, given, path, new Part(root + top + "/", kept, skipped)));
        });
  }

  /** A folder with metadata that names its images and their labels. */
  private SourceFiles described(
      String key, String given, Path path, String inside, List<String> names) throws IOException {
    List<String> below =
        names.stream()
            .filter(n -> n.startsWith(inside))
            .map(n -> n.substring(inside.length()))
            .toList();
    String metadata = ImageMetadata.among(below).orElseThrow();
    if (isZip(path)) {
      throw new WrongInput(
          "%s: %s holds %s%s; unzip it and name the folder".formatted(key, path, inside, metadata));
    }
    if (label != null && !label.equals(ImageReader.LABEL)) {
      throw new WrongInput(
          "label: images have their class in the column label, not %s; write label: label, and call the column of %s so"
              .formatted(label, metadata));
    }
    Map<String, String> labels =
        ImageMetadata.read(key, store, new Path(path, inside + metadata), label);
    Set<String> there = Set.copyOf(below);
    List<String> missing = labels.keySet().stream().filter(n -> !there.contains(n)).toList();
    if (!missing.isEmpty() || labels.isEmpty()) {
      throw new WrongInput(
          labels.isEmpty()
              ? "%s: %s/%s%s names no images".formatted(key, path, inside, metadata)
              : "%s: %s/%s%s names %d files that are not there (%s); copy them, or remove their rows"
                  .formatted(key, path, inside, metadata, missing.size(), missing.get(0)));
    }
    List<String> listed = List.copyOf(labels.keySet());
    List<String> skipped =
        below.stream().filter(n -> !labels.containsKey(n) && !n.equals(metadata)).toList();
    return new SourceFiles(
        key,
        given,
        listed.stream().map(n -> new Path(path, inside + n)).toList(),
        new SourceFiles.Tree(path.toString(), inside, listed, skipped, false, labels));
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
        names.stream().map(ImageFinder::top).filter(top -> !top.isEmpty()).distinct().toList();
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

  /** The files of one set: names relative to a folder, and the files outside of any label. */
  private record Part(String inside, List<String> names, List<String> skipped) {}

  private SourceFiles files(String key, String given, Path path, Part part) {
    part.names().stream()
        .map(ImageFinder::top)
        .filter(HiveKeys::isKey)
        .findFirst()
        .ifPresent(
            folder -> {
              throw new WrongInput(
                  "%s: %s/%s%s: images get no column of key=value, and the first folders are their labels; let the labels' folders come first, or name the labels in a metadata.csv"
                      .formatted(key, path, part.inside(), folder));
            });
    boolean zip = isZip(path);
    List<Path> files =
        zip
            ? List.of(path)
            : part.names().stream().map(n -> PathNames.child(path, part.inside() + n)).toList();
    return new SourceFiles(
        key,
        given,
        files,
        new SourceFiles.Tree(
            path.toString(), part.inside(), part.names(), part.skipped(), zip, null));
  }

  private static String top(String name) {
    int slash = name.indexOf('/');
    return slash < 0 ? "" : name.substring(0, slash);
  }

  static boolean isZip(Path path) {
    return path.getName().toLowerCase(Locale.ROOT).endsWith(".zip");
  }
}
