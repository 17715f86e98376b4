package org.tributary.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.tributary.error.WrongInput;

/**
 * Checks that reading a local file will end: opening a pipe without a writer waits forever, and a
 * device may have no end. Folders and missing files are reported later, when the file is opened.
 */
public final class RegularFile {
  private RegularFile() {}

  /**
   * Refuses pipes, sockets and devices, and links to them.
   *
   * @param local path on a local disk
   * @throws WrongInput if the file is one of these
   * @throws IOException if the disk fails
   */
  public static void require(Path local) throws IOException {
    boolean other;
    try {
      other = Files.readAttributes(local, BasicFileAttributes.class).isOther();
    } catch (NoSuchFileException absent) {
      return;
    }
    if (other) {
      throw new WrongInput(
          local + ": is a pipe, a socket or a device and no file; write its content to a file");
    }
  }
}
