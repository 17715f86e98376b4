package org.tributary.checkpoint;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.tributary.error.WrongInput;

/**
 * A folder of files that belong together and are written once. Writing the same files again changes
 * nothing, or adds files that a killed writer did not write. Writing other content is refused.
 */
final class WriteOnceFolder {
  private WriteOnceFolder() {}

  /**
   * Writes the files that are missing, in the map's order.
   *
   * @param files content by name; it must have the same bytes each time
   * @return whether a file was missing
   * @throws WrongInput if a file exists with other content; then nothing is written
   */
  static boolean write(Store store, Path folder, Map<String, FileContent> files)
      throws IOException {
    Map<String, FileContent> missing = new LinkedHashMap<>();
    List<String> others = new ArrayList<>();
    for (var file : files.entrySet()) {
      Path path = new Path(folder, file.getKey());
      if (!store.exists(path)) {
        missing.put(file.getKey(), file.getValue());
      } else if (!same(store, path, file.getValue())) {
        others.add(file.getKey());
      }
    }
    refuse(folder, others);
    for (var file : missing.entrySet()) {
      Path path = new Path(folder, file.getKey());
      if (!store.commit(path, file.getValue()) && !same(store, path, file.getValue())) {
        others.add(file.getKey());
      }
    }
    refuse(folder, others);
    return !missing.isEmpty();
  }

  private static void refuse(Path folder, List<String> others) {
    if (!others.isEmpty()) {
      throw new WrongInput(
          "%s: already holds another %s: choose another folder or remove this one"
              .formatted(folder, String.join(", ", others)));
    }
  }

  private static boolean same(Store store, Path path, FileContent content) throws IOException {
    Sha256 hash = new Sha256();
    content.writeTo(hash);
    return hash.hex().equals(store.sha256(path));
  }
}
