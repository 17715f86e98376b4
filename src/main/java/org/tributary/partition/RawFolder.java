package org.tributary.partition;

import java.io.IOException;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/** Files of rows, found as {@code partition} finds them, for other jobs. */
public final class RawFolder {
  private RawFolder() {}

  /**
   * The files of rows that a path names.
   *
   * @param store reaches them
   * @param path a file, which is taken as it is, or a folder
   * @param format of the files
   * @return by their names relative to the path, in that order
   * @throws WrongInput where the files of a folder do not belong together, or are of several sets
   *     by their names
   * @throws IOException where the file system fails
   */
  public static Map<String, Path> files(Store store, Path path, String format) throws IOException {
    if (store.status(path).isFile()) {
      return Map.of(path.getName(), path);
    }
    SourceFolder folder = SourceFolder.of(store, path, format);
    Map<String, Map<String, Path>> sets = folder.sets();
    if (sets.size() > 1) {
      throw new WrongInput(
          "%s holds files of %s by their names; name the files of one of them, or a folder with only those"
              .formatted(path, String.join(" and ", sets.keySet())));
    }
    return folder.files();
  }

  /**
   * Columns that stand in the names of folders.
   *
   * @param name of a file, relative to the folder that was given
   * @return values by column, in the order of the folders; null for a missing value
   */
  public static Map<String, String> keys(String name) {
    return HiveKeys.of(name);
  }
}
