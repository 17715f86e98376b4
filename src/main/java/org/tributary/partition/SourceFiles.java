package org.tributary.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.util.SerializableConfiguration;
import org.tributary.checkpoint.Sha256;
import org.tributary.checkpoint.Store;
import org.tributary.rows.Manifest;

/**
 * The files of one raw set.
 *
 * @param key its configuration key, such as {@code source.train}
 * @param given the path as configured
 * @param files in name order, at least one
 * @param tree the folder or zip of images; null for other files
 * @param names names of the files, relative to the given path
 */
record SourceFiles(
    String key, String given, List<Path> files, SourceFiles.Tree tree, List<String> names)
    implements SourceName {

  /**
   * A folder or zip of images.
   *
   * @param root its path
   * @param inside the folder of the set within the root, with a trailing slash; empty for the whole
   *     root
   * @param names names of the files, relative to that folder, in order
   * @param skipped names of files outside of label folders, and of hidden images
   * @param zip whether the root is a zip
   * @param labels labels by name, for a folder with metadata; null if folders are the labels
   */
  record Tree(
      String root,
      String inside,
      List<String> names,
      List<String> skipped,
      boolean zip,
      Map<String, String> labels) {

    /** The skipped files, with the reason. */
    List<String> told() {
      return skipped.stream()
          .map(name -> name + (TreeNames.isHidden(name) ? HIDDEN : outside()))
          .toList();
    }

    private String outside() {
      return labels == null ? ": is in no label's folder" : ": is not in the metadata";
    }
  }

  /** The reason why a hidden image was left out. */
  static final String HIDDEN = ": is hidden by its name or a folder's";

  private static final int MOST_TASKS = 1000;

  /** Creates it with the plain file names as the relative names. */
  SourceFiles(String key, String given, List<Path> files, Tree tree) {
    this(key, given, files, tree, files.stream().map(Path::getName).toList());
  }

  /** The paths in the form that Spark's readers need. */
  String[] patterns() {
    return files.stream().map(SourceFiles::pattern).toArray(String[]::new);
  }

  /** A pattern that matches only this file. Spark's readers treat every path as a pattern. */
  static String pattern(Path file) {
    return file.toString().replaceAll("[{}\\[\\]*?\\\\]", "\\\\$0");
  }

  /** Hashes the files, with one task per file. */
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
      hashed.add(new Manifest.SourceFile(names.get(i), hashes.get(i)));
    }
    return hashed;
  }

  /** A tree is reported as one file, because it may have many images. */
  private Manifest.SourceFile whole(List<String> hashes) {
    String root =
        new Path(tree.root()).getName() + (tree.inside().isEmpty() ? "" : "/" + tree.inside());
    if (tree.zip()) {
      return new Manifest.SourceFile(root, hashes.get(0));
    }
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < hashes.size(); i++) {
      String name = tree.names().get(i);
      lines.append(hashes.get(i)).append(' ').append(name);
      if (tree.labels() != null) {
        lines.append(' ').append(tree.labels().get(name));
      }
      lines.append('\n');
    }
    return new Manifest.SourceFile(root, Sha256.of(lines.toString()));
  }

  @Override
  public List<String> outside() {
    return tree == null ? List.of() : tree.told();
  }

  @Override
  public String changed() {
    return "the source changed while it was read; run again";
  }
}
