package org.tributary.partition;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * Finds the splits in {@code source}. A file that is named directly is used as it is. If a folder
 * has files of several splits, each key uses its own split. If only {@code source.train} names the
 * folder, the other splits are used, too, so that no row of a test file is used for training.
 */
final class SourceSets {
  private final Store store;
  private final String format;
  private final Map<String, String> given;
  private final List<String> problems;
  private final List<String> notes;
  private final Map<String, SourceFiles> sets = new LinkedHashMap<>();

  private SourceSets(
      Store store,
      String format,
      Map<String, String> given,
      List<String> problems,
      List<String> notes) {
    this.store = store;
    this.format = format;
    this.given = given;
    this.problems = problems;
    this.notes = notes;
  }

  /**
   * Finds all sets.
   *
   * @param store file system of the files
   * @param format of the files
   * @param given path by set, train first
   * @param problems receives the problems
   * @param notes receives what was detected from names, for the user
   * @return the files by set: train, validation, test
   */
  static Map<String, SourceFiles> find(
      Store store,
      String format,
      Map<String, String> given,
      List<String> problems,
      List<String> notes)
      throws IOException {
    SourceSets found = new SourceSets(store, format, given, problems, notes);
    for (Map.Entry<String, String> set : given.entrySet()) {
      try {
        found.find(set.getKey(), set.getValue());
      } catch (WrongInput e) {
        problems.add("source.%s: %s".formatted(set.getKey(), e.getMessage()));
      }
    }
    Map<String, SourceFiles> ordered = new LinkedHashMap<>();
    for (String set : List.of("train", "validation", "test")) {
      if (found.sets.containsKey(set)) {
        ordered.put(set, found.sets.get(set));
      }
    }
    return ordered;
  }

  private void find(String set, String path) throws IOException {
    Path root = store.path(path);
    if (!store.exists(root)) {
      throw new WrongInput("%s does not exist; correct the path".formatted(root));
    }
    if (store.status(root).isFile()) {
      put(set, path, Map.of(root.getName(), root));
      return;
    }
    SourceFolder folder = SourceFolder.of(store, root, format);
    Map<String, Map<String, Path>> found = folder.sets();
    if (!folder.passedOver().isEmpty()) {
      note(set, "skipped " + SourceFolder.told(folder.passedOver()));
    }
    if (found.containsKey("")) {
      put(set, path, found.get(""));
      return;
    }
    if (!found.containsKey(set)) {
      throw new WrongInput(
          "%s holds files of %s by their names, and none of %s; name a file directly to use it anyway"
              .formatted(root, String.join(" and ", found.keySet()), set));
    }
    put(set, path, found.get(set));
    noteSet(set, found.get(set));
    if (set.equals("train")) {
      takeOthers(root, path, found);
    }
  }

  private void takeOthers(Path root, String path, Map<String, Map<String, Path>> found)
      throws IOException {
    List<String> others = new ArrayList<>(found.keySet());
    others.remove("train");
    for (String other : others) {
      if (!given.containsKey(other)) {
        put(other, path, found.get(other));
        noteSet(other, found.get(other));
      } else if (!isAmong(root, store.path(given.get(other)), found.get(other))) {
        throw new WrongInput(
            "%s holds files of %s, too (%s), and source.%s names others; remove source.%s, let it name the same folder, or move these files away"
                .formatted(
                    root, other, SourceFolder.told(found.get(other).keySet()), other, other));
      }
    }
  }

  /**
   * Whether a path names files of a set in a folder: the folder, a folder with all the files, or
   * one of the files.
   */
  private static boolean isAmong(Path root, Path path, Map<String, Path> files) {
    String below = path.toString() + Path.SEPARATOR;
    return path.equals(root)
        || files.containsValue(path)
        || files.values().stream().allMatch(file -> file.toString().startsWith(below));
  }

  private void put(String set, String path, Map<String, Path> files) throws IOException {
    for (Path file : files.values()) {
      store.requireFile(file);
    }
    sets.put(
        set,
        new SourceFiles(
            "source." + set, path, List.copyOf(files.values()), null, List.copyOf(files.keySet())));
  }

  private void noteSet(String set, Map<String, Path> files) {
    Set<String> names = files.keySet();
    note(
        set,
        "%d %s by name: %s"
            .formatted(
                names.size(), names.size() == 1 ? "file" : "files", SourceFolder.told(names)));
  }

  private void note(String set, String what) {
    notes.add("source.%s: %s".formatted(set, what));
  }
}
