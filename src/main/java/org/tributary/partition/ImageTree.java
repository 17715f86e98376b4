package org.tributary.partition;

import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.PathNames;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * A folder or a zip of images, and the sets inside of it. Names are relative to it, with slashes.
 *
 * @param store file system of the tree
 * @param key of the configuration, for messages
 * @param given its path as the configuration has it
 * @param path its path
 */
record ImageTree(Store store, String key, String given, Path path) {
  boolean isZip() {
    return isZip(path);
  }

  static boolean isZip(Path path) {
    return path.getName().toLowerCase(Locale.ROOT).endsWith(".zip");
  }

  /** The first folder of a name; empty if there is none. */
  static String top(String name) {
    int slash = name.indexOf('/');
    return slash < 0 ? "" : name.substring(0, slash);
  }

  /**
   * A set whose first folders are the labels.
   *
   * @param inside the folder of the set, empty or with a slash at the end
   * @param names of the images, relative to that folder
   * @param skipped files outside of any label
   * @throws WrongInput if a folder is called key=value
   */
  SourceFiles files(String inside, List<String> names, List<String> skipped) {
    names.stream()
        .map(ImageTree::top)
        .filter(HiveKeys::isKey)
        .findFirst()
        .ifPresent(
            folder -> {
              throw new WrongInput(
                  "%s: %s/%s%s: images get no column of key=value, and the first folders are their labels; put the labels' folders first, or name the labels in a metadata.csv"
                      .formatted(key, path, inside, folder));
            });
    List<Path> files =
        isZip()
            ? List.of(path)
            : names.stream().map(n -> PathNames.child(path, inside + n)).toList();
    return new SourceFiles(
        key,
        given,
        files,
        new SourceFiles.Tree(path.toString(), inside, names, skipped, isZip(), null));
  }

  /**
   * A set with metadata that names its images and their labels.
   *
   * @param inside the folder of the set, empty or with a slash at the end
   * @param names of all files of the tree
   * @param label the column of the class; null if there is none
   * @throws WrongInput if the metadata cannot be used
   */
  SourceFiles described(String inside, List<String> names, String label) throws IOException {
    List<String> below =
        names.stream()
            .filter(n -> n.startsWith(inside))
            .map(n -> n.substring(inside.length()))
            .toList();
    String metadata = ImageMetadata.among(below).orElseThrow();
    if (isZip()) {
      throw new WrongInput(
          "%s: %s holds %s%s; unzip it and name the folder".formatted(key, path, inside, metadata));
    }
    if (label != null && !label.equals(ImageReader.LABEL)) {
      throw new WrongInput(
          "label: images have their class in the column label, not %s; write label: label, and give the column of %s this name"
              .formatted(label, metadata));
    }
    Map<String, String> labels =
        ImageMetadata.read(key, store, new Path(path, inside + metadata), label);
    checkThere(inside + metadata, labels, below);
    List<String> skipped =
        below.stream().filter(n -> !labels.containsKey(n) && !n.equals(metadata)).toList();
    List<String> listed = List.copyOf(labels.keySet());
    return new SourceFiles(
        key,
        given,
        listed.stream().map(n -> new Path(path, inside + n)).toList(),
        new SourceFiles.Tree(path.toString(), inside, listed, skipped, false, labels));
  }

  /** Refuses metadata that names no images, or images that are not there. */
  private void checkThere(String metadata, Map<String, String> labels, List<String> below) {
    if (labels.isEmpty()) {
      throw new WrongInput("%s: %s/%s names no images".formatted(key, path, metadata));
    }
    Set<String> there = Set.copyOf(below);
    List<String> missing = labels.keySet().stream().filter(n -> !there.contains(n)).toList();
    if (!missing.isEmpty()) {
      throw new WrongInput(
          "%s: %s/%s names %d files that are not there (%s); copy them, or remove their rows"
              .formatted(key, path, metadata, missing.size(), missing.get(0)));
    }
  }
}
