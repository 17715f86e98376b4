package org.tributary.partition;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.PathNames;
import org.tributary.checkpoint.Store;

/**
 * Finds IDX files. They are pairs of images and labels. In a folder, the prefixes train and t10k of
 * the names identify the sets.
 */
final class IdxFinder {
  private static final Pattern IDX_IMAGES =
      Pattern.compile("(.*)images([-.])idx3([-.])ubyte(\\.gz)?", Pattern.CASE_INSENSITIVE);

  private final Store store;
  private final List<String> problems;
  private final BiConsumer<String, SourceFiles> put;

  /**
   * Creates a finder.
   *
   * @param store file system of the files
   * @param problems receives the problems
   * @param put receives the files of a set
   */
  IdxFinder(Store store, List<String> problems, BiConsumer<String, SourceFiles> put) {
    this.store = store;
    this.problems = problems;
    this.put = put;
  }

  /**
   * Finds the pair of a set. In a folder that is given for training it also finds the pair of the
   * test set.
   *
   * @param set train, validation or test
   * @param given the path as it was given
   * @param path of the images' file, or of the folder
   */
  void find(String set, String given, Path path) throws IOException {
    String key = "source." + set;
    if (store.status(path).isFile()) {
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
    boolean none = true;
    for (Path file : images) {
      String name = file.getName().toLowerCase(Locale.ROOT);
      if (set.equals("train") && name.startsWith("train")) {
        pair("train", given, file);
        none = false;
      } else if (set.equals("train") && (name.startsWith("t10k") || name.startsWith("test"))) {
        pair("test", given, file);
        none = false;
      }
    }
    if (none) {
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
          "%s: %s is not a name of IDX images; name it like train-images-idx3-ubyte, or with .gz"
              .formatted(key, images));
      return;
    }
    String labels = name.group(1) + "labels" + name.group(2) + "idx1" + name.group(3) + "ubyte";
    for (String end : List.of("", ".gz")) {
      Path file = PathNames.child(images.getParent(), labels + end);
      if (store.exists(file)) {
        put.accept(set, new SourceFiles(key, given, List.of(images, file), null));
        return;
      }
    }
    problems.add(
        "%s: %s has no %s next to it; put the labels' file there".formatted(key, images, labels));
  }
}
