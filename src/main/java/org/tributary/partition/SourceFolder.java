package org.tributary.partition;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * The contents of a folder of rows. Files of rows are those with an extension of the format,
 * compressed or not. If no file has such an extension, all files count. They may be in {@code
 * key=value} folders of Hive, in folders of sets, and below one folder of any other name, such as
 * the hub's {@code data}.
 */
final class SourceFolder {
  private static final int DEEPEST = 16;
  private static final int TOLD = 5;
  private static final Pattern PACKED =
      Pattern.compile("\\.(gz|gzip|bz2|xz|zst|zstd|lz4|snappy|deflate|zip)$");

  private static final Map<String, Pattern> EXTENSIONS =
      Map.of(
          "parquet", Pattern.compile(".*\\.(parquet|parq|pq)"),
          "csv", Pattern.compile(".*\\.(csv|tsv|tab|psv|txt)"),
          "jsonl", Pattern.compile(".*\\.(jsonl|json|ndjson|jl)"));

  /** Files next to rows: cards, licences, and metadata of the hub and Hugging Face's libraries. */
  private static final Pattern COMPANION =
      Pattern.compile(
          "(readme|licen[cs]e|citation|notice|changelog)(\\..*)?|.*\\.(md|py|ipynb|ya?ml|crc|sh|pdf|png|svg)"
              + "|dataset_infos?\\.json|dataset_dict\\.json|state\\.json|config\\.json|croissant\\.json|origin\\.json|thumbs\\.db");

  private final Store store;
  private final Path root;
  private final String format;
  private final TreeMap<String, Path> files = new TreeMap<>();
  private final TreeSet<String> passedOver = new TreeSet<>();
  private final TreeSet<String> hiddenRows = new TreeSet<>();

  private SourceFolder(Store store, Path root, String format) {
    this.store = store;
    this.root = root;
    this.format = format;
  }

  /**
   * Lists a folder.
   *
   * @throws WrongInput if its files do not belong together
   */
  static SourceFolder of(Store store, Path root, String format) throws IOException {
    SourceFolder folder = new SourceFolder(store, root, format);
    folder.list(root, "", 0);
    folder.keepRows();
    if (!folder.hiddenRows.isEmpty()) {
      throw new WrongInput(
          "%s is a file of rows with a hidden file's name, which begins with a dot or _; rename it, or move it away"
              .formatted(folder.root + "/" + folder.hiddenRows.first()));
    }
    if (folder.files.isEmpty()) {
      throw new WrongInput(
          "the folder %s holds no files of rows; name the folder that has them itself"
              .formatted(root));
    }
    folder.requireOnePlace();
    return folder;
  }

  private void list(Path folder, String prefix, int depth) throws IOException {
    if (depth > DEEPEST) {
      throw new WrongInput(
          "%s: folders are nested deeper than %d; name the one that has the rows"
              .formatted(root, DEEPEST));
    }
    for (FileStatus status : store.list(folder)) {
      String name = status.getPath().getName();
      boolean hidden = name.startsWith(".") || name.startsWith("_");
      if (status.isDirectory()) {
        if (!hidden) {
          list(status.getPath(), prefix + name + "/", depth + 1);
        }
      } else if (!hidden) {
        files.put(prefix + name, status.getPath());
      } else if (name.startsWith("_") && hasRows(name)) {
        hiddenRows.add(prefix + name);
      }
    }
  }

  private boolean hasRows(String path) {
    String name = fileName(path).toLowerCase(Locale.ROOT);
    return EXTENSIONS.get(format).matcher(PACKED.matcher(name).replaceFirst("")).matches();
  }

  private static String fileName(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** Leaves out the known files next to rows. The purpose of other files is not known. */
  private void keepRows() {
    files
        .keySet()
        .removeIf(
            name -> {
              boolean beside = COMPANION.matcher(fileName(name).toLowerCase(Locale.ROOT)).matches();
              return beside && passedOver.add(name);
            });
    List<String> others = files.keySet().stream().filter(name -> !hasRows(name)).toList();
    if (!others.isEmpty() && others.size() < files.size()) {
      throw new WrongInput(
          "%s: by its name %s is not a %s file, unlike others in the folder; move it away or rename it"
              .formatted(root, told(others), format));
    }
  }

  /** Rows in several folders with unknown names may belong to several data sets. */
  private void requireOnePlace() {
    Set<String> places = new TreeSet<>();
    Map<List<String>, String> keys = new LinkedHashMap<>();
    for (String name : files.keySet()) {
      places.add(
          Arrays.stream(folders(name))
              .filter(folder -> !HiveKeys.isKey(folder) && SetNames.of(folder).isEmpty())
              .collect(Collectors.joining("/")));
      keys.putIfAbsent(List.copyOf(HiveKeys.of(name).keySet()), name);
    }
    if (places.size() > 1) {
      throw new WrongInput(
          "%s: holds rows in several folders (%s) that are neither key=value nor train, validation or test; name one of them"
              .formatted(
                  root,
                  told(places.stream().map(place -> place.isEmpty() ? "." : place).toList())));
    }
    if (keys.size() > 1) {
      throw new WrongInput(
          "%s: not all files are in folders of the same key=value: %s"
              .formatted(root, told(List.copyOf(keys.values()))));
    }
  }

  private static String[] folders(String name) {
    int last = name.lastIndexOf('/');
    return last < 0 ? new String[0] : name.substring(0, last).split("/");
  }

  /**
   * The files of each set, by the names of folders, or by the names of files if no folder names a
   * set.
   *
   * @return by set, files by their names; all under the empty name if no name contains a set
   * @throws WrongInput if some names contain no set or several sets
   */
  Map<String, Map<String, Path>> sets() {
    Map<String, Map<String, Path>> sets = new TreeMap<>();
    Map<String, Set<String>> splits = new TreeMap<>();
    for (Map.Entry<String, Path> file : files.entrySet()) {
      Set<String> of = new TreeSet<>();
      for (String folder : folders(file.getKey())) {
        of.addAll(HiveKeys.isKey(folder) ? Set.of() : SetNames.of(folder));
      }
      String name = fileName(file.getKey());
      of.addAll(SetNames.of(name));
      if (of.size() > 1) {
        throw new WrongInput(
            "%s: by its name %s is of %s; rename it, or name each set's own file or folder"
                .formatted(root, file.getKey(), String.join(" and ", of)));
      }
      String set = of.isEmpty() ? "" : of.iterator().next();
      sets.computeIfAbsent(set, s -> new TreeMap<>()).put(file.getKey(), file.getValue());
      if (SetNames.isPiece(name) || !SetNames.of(name).isEmpty()) {
        splits.computeIfAbsent(set, s -> new TreeSet<>()).add(split(name));
      }
    }
    refuseMixed(sets, splits);
    return sets;
  }

  /**
   * The split of a file: the split in the name of a piece, else the words of its name without
   * numbers.
   */
  private String split(String name) {
    return SetNames.isPiece(name)
        ? SetNames.split(name)
        : SetNames.words(PACKED.matcher(name).replaceFirst("").replaceFirst("\\.[^.]*$", ""));
  }

  private void refuseMixed(Map<String, Map<String, Path>> sets, Map<String, Set<String>> splits) {
    if (sets.containsKey("") && sets.size() > 1) {
      throw new WrongInput(
          "%s: holds files of %s, and %s, which name no set; move these away, or name each set's own file or folder"
              .formatted(
                  root,
                  sets.keySet().stream()
                      .filter(set -> !set.isEmpty())
                      .collect(Collectors.joining(", ")),
                  told(List.copyOf(sets.get("").keySet()))));
    }
    splits.forEach(
        (set, names) -> {
          if (names.size() > 1) {
            throw new WrongInput(
                "%s: holds several splits %s(%s); move each to its own folder and name one, or, if all are meant, give them names that differ only in a number, such as train-1 and train-2"
                    .formatted(root, set.isEmpty() ? "" : "of " + set + " ", told(names)));
          }
        });
  }

  /** The files of rows, by their names. */
  Map<String, Path> files() {
    return files;
  }

  /** The left-out files, by their names. */
  List<String> passedOver() {
    return new ArrayList<>(passedOver);
  }

  Path root() {
    return root;
  }

  static String told(Iterable<String> names) {
    List<String> all = new ArrayList<>();
    names.forEach(all::add);
    String some = all.stream().limit(TOLD).collect(Collectors.joining(", "));
    return all.size() > TOLD ? some + " and %d more".formatted(all.size() - TOLD) : some;
  }
}
