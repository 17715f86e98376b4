package org.tributary.partition;

import java.io.IOException;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/** Finds files of rows for other jobs in the same way as {@code partition}. */
public final class RawFolder {
  private RawFolder() {}

  /**
   * The files of rows at a path.
   *
   * @param store access to the files
   * @param path a file, which is used directly, or a folder
   * @param format of the files
   * @return the files by their names relative to the path, sorted by name
   * @throws WrongInput if the files of a folder do not belong together, or their names are of
   *     several sets
   * @throws IOException if the file system fails
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
   * The columns in the names of folders.
   *
   * @param name name of a file, relative to the given folder
   * @return values by column, in the order of the folders; null for a missing value
   */
  public static Map<String, String> keys(String name) {
    return HiveKeys.of(name);
  }
}
