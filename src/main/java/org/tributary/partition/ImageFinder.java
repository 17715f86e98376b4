package org.tributary.partition;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.tributary.checkpoint.Store;

/**
 * Finds the files of image sets. A tree is a folder or a zip whose first sub-folders are labels;
 * where these are called train, test and validation instead (or training, testing, val), they are
 * the sets and the labels lie below them. A zip may hold all that in one folder. Files beside the
 * folders of labels have none: they are skipped by name. IDX files come in pairs of images and
 * labels; in a folder the names' beginnings, train and t10k, tell the sets.
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

  private static final Pattern IDX_IMAGES =
      Pattern.compile("(.*)images([-.])idx3([-.])ubyte(\\.gz)?", Pattern.CASE_INSENSITIVE);

  private final Store store;
  private final List<String> problems;
  private final Map<String, SourceFiles> found = new LinkedHashMap<>();

  private ImageFinder(Store store, List<String> problems) {
    this.store = store;
    this.problems = problems;
  }

  /**
   * Finds the sets of a format.
   *
   * @param store where they lie
   * @param format images or idx
   * @param given paths by set
   * @param problems takes what is wrong
   * @return files by set: those given, and those found inside of train
   */
  static Map<String, SourceFiles> find(
      Store store, String format, Map<String, String> given, List<String> problems)
      throws IOException {
    ImageFinder finder = new ImageFinder(store, problems);
    for (Map.Entry<String, String> set : given.entrySet()) {
      String key = "source." + set.getKey();
      Path path = store.path(set.getValue());
      if (!store.exists(path)) {
        problems.add("%s: %s does not exist; correct the path".formatted(key, path));
      } else if (format.equals("images")) {
        finder.tree(set.getKey(), set.getValue(), path);
      } else {
        finder.idx(set.getKey(), set.getValue(), path);
      }
    }
    return finder.found;
  }

  private void tree(String set, String given, Path path) throws IOException {
    String key = "source." + set;
    List<String> names = names(key, path);
    if (names.isEmpty()) {
      return;
    }
    String root = isZip(path) ? commonRoot(names) : "";
    Map<String, List<String>> tops =
        names.stream()
            .filter(name -> name.startsWith(root))
            .map(name -> name.substring(root.length()))
            .collect(Collectors.groupingBy(ImageFinder::top, TreeMap::new, Collectors.toList()));
    // Files at the top lie in no label's folder; they say nothing about the folders.
    List<String> beside =
        new ArrayList<>(names.stream().filter(name -> !name.startsWith(root)).toList());
    beside.addAll(Optional.ofNullable(tops.remove("")).orElse(List.of()));
    if (tops.isEmpty()) {
      problems.add(
          "%s: %s holds files (%s) but no folders with files; its folders are the labels"
              .formatted(key, path, beside.get(0)));
      return;
    }
    if (!set.equals("train") || tops.keySet().stream().noneMatch(ImageFinder::isSplit)) {
      List<String> all = tops.values().stream().flatMap(List::stream).sorted().toList();
      put(set, files(key, given, path, new Part(root, all, beside)));
      return;
    }
    List<String> others = tops.keySet().stream().filter(top -> !isSplit(top)).toList();
    if (!others.isEmpty()) {
      problems.add(
          "%s: %s holds folders of sets beside others (%s); move these away, or name each set's own folder"
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
      List<String> beside) {
    if (tops.keySet().stream().noneMatch(top -> split(top).equals("train"))) {
      problems.add(
          "%s: %s holds %s but no train; name the folder of training images"
              .formatted(key, path, String.join(", ", tops.keySet())));
      return;
    }
    tops.forEach(
        (top, inside) -> {
          String of = split(top);
          List<String> below =
              inside.stream().map(name -> name.substring(top.length() + 1)).toList();
          List<String> skipped =
              new ArrayList<>(below.stream().filter(name -> top(name).isEmpty()).toList());
          if (of.equals("train")) {
            skipped.addAll(beside);
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

  private static boolean isSplit(String top) {
    return split(top) != null;
  }

  private static String split(String top) {
    return SPLITS.get(top.toLowerCase(Locale.ROOT));
  }

  /** The one folder that many zips have at their top, with a slash; empty where there is none. */
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

  /** What belongs to one set: names relative to a folder, and what lies outside of any label. */
  private record Part(String inside, List<String> names, List<String> skipped) {}

  private SourceFiles files(String key, String given, Path path, Part part) {
    boolean zip = isZip(path);
    List<Path> files =
        zip
            ? List.of(path)
            : part.names().stream().map(n -> new Path(path, part.inside() + n)).toList();
    return new SourceFiles(
        key,
        given,
        files,
        new SourceFiles.Tree(path.toString(), part.inside(), part.names(), part.skipped(), zip));
  }

  private static String top(String name) {
    int slash = name.indexOf('/');
    return slash < 0 ? "" : name.substring(0, slash);
  }

  static boolean isZip(Path path) {
    return path.getName().toLowerCase().endsWith(".zip");
  }

  /** Relative names of a tree's files in order; where there are none, that is a problem. */
  private List<String> names(String key, Path path) throws IOException {
    TreeSet<String> names = new TreeSet<>();
    if (store.fileSystem(path).getFileStatus(path).isDirectory()) {
      String root = store.fileSystem(path).makeQualified(path).toUri().getPath();
      int inside = root.endsWith("/") ? root.length() : root.length() + 1;
      RemoteIterator<LocatedFileStatus> all = store.fileSystem(path).listFiles(path, true);
      while (all.hasNext()) {
        names.add(all.next().getPath().toUri().getPath().substring(inside));
      }
    } else if (isZip(path)) {
      try (InputStream in = store.open(path);
          ZipInputStream zip = new ZipInputStream(in)) {
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
          if (!entry.isDirectory()) {
            names.add(entry.getName());
          }
        }
      } catch (ZipException | EOFException e) {
        problems.add("%s is no readable zip (%s); copy it again".formatted(path, e.getMessage()));
      }
    } else {
      problems.add("%s: %s is neither a folder nor a .zip of images".formatted(key, path));
      return List.of();
    }
    // Hidden files and what systems leave in folders and zips.
    names.removeIf(name -> ("/" + name).matches(".*/[._].*"));
    if (names.isEmpty()) {
      problems.add(
          "%s: %s holds no files; name the folder whose sub-folders are labels"
              .formatted(key, path));
    }
    return List.copyOf(names);
  }

  private void idx(String set, String given, Path path) throws IOException {
    String key = "source." + set;
    if (store.fileSystem(path).getFileStatus(path).isFile()) {
      pair(set, given, path);
      return;
    }
    List<Path> images = new ArrayList<>();
    for (var status : store.list(path)) {
      if (status.isFile() && IDX_IMAGES.matcher(status.getPath().getName()).matches()) {
        images.add(status.getPath());
      }
    }
    if (images.size() == 1) {
      pair(set, given, images.get(0));
      return;
    }
    int before = found.size() + problems.size();
    for (Path file : images) {
      String name = file.getName().toLowerCase();
      if (set.equals("train") && name.startsWith("train")) {
        pair("train", given, file);
      } else if (set.equals("train") && (name.startsWith("t10k") || name.startsWith("test"))) {
        pair("test", given, file);
      }
    }
    if (found.size() + problems.size() == before) {
      problems.add(
          "%s: %s holds no train-images-idx3-ubyte (or .gz); name the file with the images"
              .formatted(key, path));
    }
  }

  private void pair(String set, String given, Path images) throws IOException {
    Matcher name = IDX_IMAGES.matcher(images.getName());
    String key = "source." + set;
    if (!name.matches()) {
      problems.add(
          "%s: %s is no name of IDX images; it is to be as train-images-idx3-ubyte, or with .gz"
              .formatted(key, images));
      return;
    }
    String labels = name.group(1) + "labels" + name.group(2) + "idx1" + name.group(3) + "ubyte";
    for (String end : List.of("", ".gz")) {
      Path file = new Path(images.getParent(), labels + end);
      if (store.exists(file)) {
        put(set, new SourceFiles(key, given, List.of(images, file), null));
        return;
      }
    }
    problems.add(
        "%s: %s has no %s beside it; put the labels' file there".formatted(key, images, labels));
  }
}
