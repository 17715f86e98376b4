package org.tributary.fuzz;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * One malformed file.
 *
 * @param name says how it was made
 * @param file where it goes, below the folder of a trial
 * @param content its bytes
 */
record MalformedInput(String name, String file, byte[] content) {
  static MalformedInput of(String name, String file, String text) {
    return new MalformedInput(name, file, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes it in place of any existing file. */
  void write(Path folder) throws IOException {
    Path target = folder.resolve(file);
    Files.createDirectories(target.getParent());
    Files.write(target, content);
  }

  @Override
  public String toString() {
    return file + ": " + name;
  }
}
