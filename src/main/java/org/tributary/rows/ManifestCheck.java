package org.tributary.rows;

import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.tributary.error.WrongInput;

/**
 * Checks that a manifest has everything that a run needs. It must describe every file, so that a
 * changed file is detected.
 */
final class ManifestCheck {
  private ManifestCheck() {}

  /**
   * Checks a manifest after reading.
   *
   * @param file the file of the manifest, for the message
   * @throws WrongInput if something is missing
   */
  static void check(Manifest manifest, Path file) {
    List<String> problems = new ArrayList<>();
    if (manifest.inputs() == null) {
      problems.add("inputs is missing");
    } else if (manifest.inputs().label() != null && manifest.labels().isEmpty()) {
      problems.add(
          "labels is missing; it lists the values of the column " + manifest.inputs().label());
    }
    if (manifest.columns().isEmpty()) {
      problems.add("columns is missing");
    }
    if (manifest.clients().isEmpty()) {
      problems.add("clients is missing");
    }
    manifest
        .clients()
        .forEach(
            (id, client) -> {
              check("clients." + id + ".train", client.train(), problems);
              check("clients." + id + ".validation", client.validation(), problems);
            });
    check("test", manifest.test(), problems);
    if (!problems.isEmpty()) {
      throw WrongInput.some(
          file + ": partition again under another name, or fill in by hand:", problems);
    }
  }

  private static void check(String key, Manifest.Part part, List<String> problems) {
    if (part == null) {
      return;
    }
    if (part.file() == null || part.file().indexOf('/') < 0) {
      problems.add(key + ".file is not a path below the set's folder, such as test/rows.parquet");
    }
    if (part.sha256() == null) {
      problems.add(key + ".sha256 is missing; sha256sum prints it");
    }
  }
}
