package org.tributary.partition;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.tributary.checkpoint.Sha256;
import org.tributary.checkpoint.Store;
import org.tributary.checkpoint.StoreTrouble;
import org.tributary.data.Manifest;
import org.tributary.error.Trouble;
import org.tributary.error.WrongInput;

/**
 * The files of one raw set.
 *
 * @param key its configuration key, such as {@code source.train}
 * @param given the path as it was given
 * @param files in name order, at least one
 * @param tree where they are the images of a folder or zip; null for others
 */
record SourceFiles(String key, String given, List<Path> files, SourceFiles.Tree tree) {

  /**
   * A folder or zip of images.
   *
   * @param root its path
   * @param inside the folder in it that is the set, with a slash at its end; empty for all of it
   * @param names of the files, relative to that folder, in order
   * @param skipped names of files that lie in no label's folder, and of hidden images
   * @param zip whether the root is a zip
   */
  record Tree(String root, String inside, List<String> names, List<String> skipped, boolean zip) {

    /** What was skipped, with the reason. */
    List<String> told() {
      return skipped.stream()
          .map(name -> name + (TreeNames.isHidden(name) ? HIDDEN : ": lies in no label's folder"))
          .toList();
    }
  }

  /** Why a hidden image was left out. */
  static final String HIDDEN = ": is hidden by its name or a folder's";

  /** Of names that begin with an underscore, those of rows. */
  private static final Pattern ROWS =
      Pattern.compile("_.*\\.(json|jsonl|ndjson|csv|tsv|parquet)(\\.\\w+)?");

  private static final int MOST_TASKS = 1000;

  /** Finds the files, or adds a problem. */
  static SourceFiles find(Store store, String key, String given, List<String> problems)
      throws IOException {
    Path path = store.path(given);
    List<Path> files = new ArrayList<>();
    int before = problems.size();
    if (!store.exists(path)) {
      problems.add("%s: %s does not exist; correct the path".formatted(key, path));
    } else if (store.fileSystem(path).getFileStatus(path).isFile()) {
      add(key, path, files, problems);
    } else {
      for (FileStatus status : store.list(path)) {
        String name = status.getPath().getName();
        if (status.isFile() && (!isPassedOver(name) || ROWS.matcher(name).matches())) {
          add(key, status.getPath(), files, problems);
        }
      }
      if (problems.size() == before && files.isEmpty()) {
        problems.add(
            "%s: the folder %s holds no files; name the folder that has them itself"
                .formatted(key, path));
      }
    }
    return new SourceFiles(key, given, files, null);
  }

  /** Spark would read no rows from some files, and say nothing. */
  private static void add(String key, Path file, List<Path> files, List<String> problems) {
    if (isPassedOver(file.getName())) {
      problems.add(
          "%s: Spark passes over a file that is called %s; give it a name that begins with another character"
              .formatted(key, file));
    } else {
      files.add(file);
    }
  }

  private static boolean isPassedOver(String name) {
    return name.startsWith(".") || name.startsWith("_");
  }

  /** The paths as Spark's readers take them. */
  String[] patterns() {
    return files.stream().map(SourceFiles::pattern).toArray(String[]::new);
  }

  /** A pattern that one file alone matches: Spark's readers take every path for a pattern. */
  static String pattern(Path file) {
    return file.toString().replaceAll("[{}\\[\\]*?\\\\]", "\\\\$0");
  }

  /** Hashes the files, one task each. */
  List<Manifest.SourceFile> hash(JavaSparkContext spark, Configuration hadoop) {
    Broadcast<SerializableConfiguration> conf =
        spark.broadcast(new SerializableConfiguration(hadoop));
    List<String> paths = files.stream().map(Path::toString).toList();
    List<String> hashes =
        spark
            .parallelize(paths, Math.min(files.size(), MOST_TASKS))
            .map(path -> Store.of(conf.value().value()).sha256(new Path(path)))
            .collect();
    if (tree != null) {
      return List.of(whole(hashes));
    }
    List<Manifest.SourceFile> hashed = new ArrayList<>();
    for (int i = 0; i < hashes.size(); i++) {
      hashed.add(new Manifest.SourceFile(files.get(i).getName(), hashes.get(i)));
    }
    return hashed;
  }

  /** A tree is told as one file: its images may be many. */
  private Manifest.SourceFile whole(List<String> hashes) {
    String name =
        new Path(tree.root()).getName() + (tree.inside().isEmpty() ? "" : "/" + tree.inside());
    if (tree.zip()) {
      return new Manifest.SourceFile(name, hashes.get(0));
    }
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < hashes.size(); i++) {
      lines.append(hashes.get(i)).append(' ').append(tree.names().get(i)).append('\n');
    }
    return new Manifest.SourceFile(name, Sha256.of(lines.toString()));
  }

  /** Refuses a set for a reason. */
  WrongInput wrong(String why) {
    return new WrongInput("%s: %s: %s".formatted(key, given, why));
  }

  /** Told as bad input where Spark says that a file cannot be read, else as it was. */
  RuntimeException unreadable(Exception e) {
    Optional<Trouble> trouble = StoreTrouble.in(e, key + ": " + given);
    if (trouble.isPresent()) {
      return new UncheckedIOException(trouble.get());
    }
    Throwable root = e;
    boolean reading = false;
    while (true) {
      reading |=
          String.valueOf(root.getMessage()).contains("Encountered error while reading file")
              || root instanceof EOFException
              || root instanceof ZipException;
      if (root.getCause() == null) {
        break;
      }
      root = root.getCause();
      if (root instanceof WrongInput wrong) {
        return new WrongInput("%s: %s".formatted(key, wrong.getMessage()), e);
      }
    }
    if (reading) {
      return new WrongInput(
          "%s: %s: a file cannot be read (%s); write it again"
              .formatted(key, given, root.getMessage()),
          e);
    }
    return e instanceof RuntimeException runtime
        ? runtime
        : new UncheckedIOException(new IOException("reading " + given, e));
  }
}
