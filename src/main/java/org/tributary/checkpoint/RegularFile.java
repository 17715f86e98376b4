package org.tributary.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.tributary.error.WrongInput;

/**
 * The one check that a local file is one whose reading ends: a pipe without a writer waits for ever
 * when it is opened, and a device may have no end. Folders and missing files are left to the
 * opening, which reports them.
 */
public final class RegularFile {
  private RegularFile() {}

  /**
   * Refuses pipes, sockets and devices, also behind links.
   *
   * @param local path on a local disk
   * @throws WrongInput if it is one
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
