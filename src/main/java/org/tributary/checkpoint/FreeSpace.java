package org.tributary.checkpoint;

import java.io.File;
import java.io.IOException;
import java.util.Locale;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** Describes the free space of a file system on which a file is to be written. */
final class FreeSpace {
  private FreeSpace() {}

  /** A clause about the free space; empty if the file system does not report it. */
  static String free(FileSystem files, Path target) {
    boolean disk = files instanceof RawLocalFileSystem; // does not report its scheme
    long free = disk ? onDisk(target) : onServer(files, target);
    return free < 0 ? "" : ", " + size(free) + " free";
  }

  private static long onDisk(Path target) {
    for (File f = new File(target.toUri().getPath()); f != null; f = f.getParentFile()) {
      if (f.exists()) {
        return f.getUsableSpace();
      }
    }
    return -1;
  }

  private static long onServer(FileSystem files, Path target) {
    try {
      long free = files.getStatus(target.getParent()).getRemaining();
      return free == Long.MAX_VALUE ? -1 : free; // the answer of object stores
    } catch (IOException | RuntimeException e) {
      return -1; // without space, this request may fail too
    }
  }

  /** Formats a number of bytes for people. */
  static String size(long bytes) {
    return bytes < 100_000
        ? bytes + " bytes"
        : String.format(Locale.ROOT, "%.1f MB", bytes / 1_000_000.0);
  }
}
