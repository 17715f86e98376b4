package org.tributary.run;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;

/** Finds runs that have begun. */
public final class RunFolders {
  private RunFolders() {}

  /**
   * The runs at a path: a run, a variant's runs, all runs of a comparison, or the runs and
   * comparisons in a folder.
   *
   * @param store reaches it
   * @param path any path
   * @return sorted by path within each folder; empty if there are none
   * @throws IOException if the file system fails
   */
  public static List<RunFolder> at(Store store, Path path) throws IOException {
    if (isRun(store, path)) {
      return List.of(new RunFolder(path));
    }
    List<RunFolder> runs = new ArrayList<>(in(store, path));
    if (runs.isEmpty()) {
      for (Path folder : folders(store, path)) {
        runs.addAll(isRun(store, folder) ? List.of(new RunFolder(folder)) : in(store, folder));
      }
    }
    return runs;
  }

  private static boolean isRun(Store store, Path path) throws IOException {
    return store.exists(new RunFolder(path).config());
  }

  /** The runs of a comparison, or of a variant. */
  private static List<RunFolder> in(Store store, Path path) throws IOException {
    return within(store, path, ComparisonFolder.is(store, path) ? ComparisonFolder.LEVELS : 0);
  }

  /** The runs in a folder, and in the folders in it down to a number of levels. */
  private static List<RunFolder> within(Store store, Path path, int levels) throws IOException {
    List<RunFolder> runs = new ArrayList<>();
    for (Path folder : folders(store, path)) {
      if (ComparisonFolder.isRun(folder)) {
        if (isRun(store, folder)) {
          runs.add(new RunFolder(folder));
        }
      } else if (levels > 0 && !ComparisonFolder.isOwn(store, folder)) {
        runs.addAll(within(store, folder, levels - 1));
      }
    }
    return runs;
  }

  private static List<Path> folders(Store store, Path path) throws IOException {
    return store.exists(path) && store.status(path).isDirectory()
        ? store.list(path).stream()
            .filter(FileStatus::isDirectory)
            .map(FileStatus::getPath)
            .toList()
        : List.of();
  }
}
