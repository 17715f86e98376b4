package org.tributary.partition;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipInputStream;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.tributary.checkpoint.LocalFileNames;
import org.tributary.checkpoint.Store;

/**
 * The relative names of a tree's files, in order. Files that operating systems leave in folders and
 * zips are in neither list, unless they have the name of an image.
 *
 * @param visible files that belong to the set
 * @param hidden hidden files with the name of an image, which are left out
 */
record TreeNames(List<String> visible, List<String> hidden) {
  private static final Pattern HIDDEN =
      Pattern.compile("(.*/)?(\\.|__MACOSX/|_temporary/).*", Pattern.DOTALL);

  /** Files that Spark, Hadoop and similar programs write next to the files of a folder. */
  private static final Pattern MARKER =
      Pattern.compile(
          "(.*/)?(_SUCCESS|_metadata|_common_metadata|_started_[^/]*|_committed_[^/]*)"
              + "|(.*/)?(_delta_log|_spark_metadata)/.*");

  private static final Pattern IMAGE =
      Pattern.compile(".*\\.(png|jpe?g|jfif|bmp|gif|webp|tiff?)", Pattern.CASE_INSENSITIVE);

  /**
   * Lists a folder or zip.
   *
   * @param key of the configuration, for problems
   * @param path of the tree
   * @param problems receives the problems, such as a tree without files
   */
  static TreeNames of(Store store, String key, Path path, List<String> problems)
      throws IOException {
    TreeSet<String> names = new TreeSet<>();
    if (store.status(path).isDirectory()) {
      inFolder(store, path, names);
    } else if (ImageTree.isZip(path)) {
      try {
        inZip(store, path, names);
      } catch (ZipException | EOFException e) {
        problems.add(
            "%s is not a readable zip (%s); copy it again".formatted(path, e.getMessage()));
      }
    } else {
      problems.add("%s: %s is neither a folder nor a .zip of images".formatted(key, path));
      return new TreeNames(List.of(), List.of());
    }
    List<String> hidden = names.stream().filter(TreeNames::isHiddenImage).toList();
    names.removeIf(name -> isHidden(name) || isMarker(name));
    if (names.isEmpty()) {
      problems.add(
          hidden.isEmpty()
              ? "%s: %s holds no files; name the folder whose sub-folders are labels"
                  .formatted(key, path)
              : "%s: %s holds only hidden images (%s); give them names that do not begin with a dot"
                  .formatted(key, path, hidden.get(0)));
    }
    return new TreeNames(List.copyOf(names), hidden);
  }

  private static void inFolder(Store store, Path path, TreeSet<String> names) throws IOException {
    String root = store.fileSystem(path).makeQualified(path).toUri().getPath();
    int inside = root.endsWith("/") ? root.length() : root.length() + 1;
    LocalFileNames.requireReadableTree(store.fileSystem(path), path);
    RemoteIterator<LocatedFileStatus> all = store.fileSystem(path).listFiles(path, true);
    while (all.hasNext()) {
      names.add(all.next().getPath().toUri().getPath().substring(inside));
    }
  }

  private static void inZip(Store store, Path path, TreeSet<String> names) throws IOException {
    try (InputStream in = store.open(path);
        ZipInputStream zip = new ZipInputStream(in)) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        if (!entry.isDirectory()) {
          names.add(entry.getName());
        }
      }
    }
  }

  /**
   * Whether a file is left out because of its name or a folder's name: it begins with a dot, is
   * metadata of a Mac in a zip, or is an unfinished file of a job.
   */
  static boolean isHidden(String name) {
    return HIDDEN.matcher(name).matches();
  }

  private static boolean isHiddenImage(String name) {
    return isHidden(name) && IMAGE.matcher(name).matches();
  }

  private static boolean isMarker(String name) {
    return MARKER.matcher(name).matches() && !IMAGE.matcher(name).matches();
  }
}
