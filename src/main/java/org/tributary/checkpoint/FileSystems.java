package org.tributary.checkpoint;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.UnknownHostException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;
import org.tributary.error.WrongInput;

/** Hadoop's file systems, with wrong paths told as wrong input. */
final class FileSystems {
  private FileSystems() {}

  /**
   * The file system that holds a path.
   *
   * @throws WrongInput where none is known for the scheme, or its host is none
   */
  static FileSystem of(Path path, Configuration hadoop) throws IOException {
    try {
      return path.getFileSystem(hadoop);
    } catch (UnsupportedFileSystemException e) {
      String scheme = path.toUri().getScheme();
      throw new WrongInput(
          "%s: no usable file system for %s (%s): write file:, hdfs: or another one whose jar is on the class path"
              .formatted(
                  path, scheme == null ? FileSystem.getDefaultUri(hadoop) : scheme, e.getMessage()),
          e);
    } catch (IllegalArgumentException | IOException e) {
      requireHost(path, e);
      throw e;
    }
  }

  private static void requireHost(Path path, Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException) {
        throw new WrongInput(
            "%s: there is no host %s: correct the URI; where it is a cluster's name, HADOOP_CONF_DIR has to name the folder of its configuration"
                .formatted(path, cause.getMessage()),
            e);
      }
    }
    String scheme = path.toUri().getScheme();
    if (scheme != null && path.toUri().getAuthority() == null) {
      throw new WrongInput(
          "%s: has no host: write %s://host/folder, or a plain path on the default file system"
              .formatted(path, scheme),
          e);
    }
  }

  /**
   * The file on which a path of folders ends.
   *
   * @param folder need not exist
   * @return the folder's own path or one above it; null where all that exist are folders
   */
  static Path fileOnTheWay(FileSystem files, Path folder) throws IOException {
    for (Path path = folder; path != null; path = path.getParent()) {
      try {
        return files.getFileStatus(path).isFile() ? path : null;
      } catch (FileNotFoundException | AccessControlException e) {
        // Further up.
      }
    }
    return null;
  }

  /**
   * Tells what cannot be there from what nobody may look at: HDFS refuses to look below a file.
   *
   * @throws AccessControlException the given one, where no file is above the path
   */
  static void requireBelowFile(FileSystem files, Path path, AccessControlException e)
      throws IOException {
    if (fileOnTheWay(files, path.getParent()) == null) {
      throw e;
    }
  }
}
