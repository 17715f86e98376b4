package org.tributary.checkpoint;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RawLocalFileSystem;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;
import org.tributary.error.WrongInput;

/** Hadoop's file systems, which report wrong paths as wrong input. */
final class FileSystems {
  /** Schemes that Hadoop supports but that cannot list folders, or use one server for each file. */
  private static final Set<String> NO_FOLDERS = Set.of("http", "https", "ftp", "sftp");

  /** The scheme whose mount points are in Hadoop's configuration. */
  private static final String MOUNTED = "viewfs";

  private FileSystems() {}

  /**
   * The file system of a path; for local disks the raw one.
   *
   * @throws WrongInput if there is none for the scheme, or its host does not exist
   */
  static FileSystem of(Path path, Configuration hadoop) throws IOException {
    String given = path.toUri().getScheme();
    if ("file".equals(given != null ? given : FileSystem.getDefaultUri(hadoop).getScheme())) {
      return FileSystem.getLocal(hadoop).getRaw();
    }
    if (given != null && NO_FOLDERS.contains(given)) {
      throw new WrongInput(
          "%s: %s: has no folders that could be read or written; name a folder of a file system, and copy what Tributary reads there first"
              .formatted(path, given));
    }
    try {
      return path.getFileSystem(hadoop);
    } catch (UnsupportedFileSystemException e) {
      String scheme = path.toUri().getScheme();
      throw new WrongInput(
          "%s: no usable file system for %s (%s): write file:, hdfs: or another one whose jar is on the class path"
              .formatted(
                  path, scheme == null ? FileSystem.getDefaultUri(hadoop) : scheme, e.getMessage()),
          e);
    } catch (RuntimeException | IOException e) {
      requireHost(path, e);
      if (e instanceof RuntimeException || MOUNTED.equals(given)) {
        throw new WrongInput(
            "%s: the file system %s: cannot be used (%s): put its jar on the class path and its settings into Hadoop's configuration, or name another file system"
                .formatted(path, given, firstLine(e)),
            e);
      }
      throw e;
    }
  }

  /** The root cause, without the names of Java exceptions. */
  private static String firstLine(Exception e) {
    Throwable root = e;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage()).lines().findFirst().orElse("");
  }

  private static void requireHost(Path path, Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnknownHostException) {
        throw new WrongInput(
            "%s: there is no host %s: correct the URI; if it is a cluster's name, set HADOOP_CONF_DIR to the folder of its configuration"
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
   * Finds the file, if any, that takes the place of a folder in a path.
   *
   * @param folder need not exist
   * @return the folder's own path or one above it; null if all that exist are folders
   */
  static Path fileOnTheWay(FileSystem files, Path folder) throws IOException {
    for (Path path = folder; path != null; path = path.getParent()) {
      try {
        return files.getFileStatus(path).isFile() ? path : null;
      } catch (FileNotFoundException | AccessControlException e) {
        // Continue with the parent.
      }
    }
    return null;
  }

  /**
   * Opens a file. A pipe or device on a local disk is refused, because reading it may never end.
   *
   * @throws WrongInput if it is a folder, a pipe or a device
   */
  static FSDataInputStream open(FileSystem files, Path file) throws IOException {
    requireRegular(files, file);
    if (files instanceof RawLocalFileSystem local && local.pathToFile(file).isDirectory()) {
      throw new WrongInput(
          file
              + ": is a folder, but Tributary expects a file there; put the file in its place, or remove"
              + " the folder if the run was to write the file");
    }
    return files.open(file);
  }

  /** Refuses a local file that is a pipe or device. */
  static void requireRegular(FileSystem files, Path file) throws IOException {
    if (files instanceof RawLocalFileSystem local) {
      RegularFile.require(local.pathToFile(file).toPath());
    }
  }

  /** Whether a file or folder exists. */
  static boolean exists(FileSystem files, Path path) throws IOException {
    try {
      return files.exists(path);
    } catch (AccessControlException e) {
      requireBelowFile(files, path, e);
      return false;
    }
  }

  /**
   * Whether a file that is to be written exists.
   *
   * @throws WrongInput if a folder is in its place
   */
  static boolean isFile(FileSystem files, Path target) throws IOException {
    if (!exists(files, target)) {
      return false;
    }
    if (files.getFileStatus(target).isDirectory()) {
      throw new WrongInput(target + ": is a folder, but a file must be written there: remove it");
    }
    return true;
  }

  /**
   * The contents of a folder, sorted by name, without temporary files; empty if it does not exist.
   */
  static List<FileStatus> list(FileSystem files, Path folder) throws IOException {
    List<FileStatus> found = new ArrayList<>();
    LocalFileNames.requireReadable(files, folder);
    try {
      for (FileStatus status : files.listStatus(folder)) {
        if (!FileCommit.isTemporary(status.getPath().getName())) {
          found.add(status);
        }
      }
    } catch (FileNotFoundException absent) {
      return List.of();
    } catch (AccessControlException e) {
      requireBelowFile(files, folder, e);
      return List.of();
    }
    found.sort(Comparator.comparing(status -> status.getPath().getName()));
    return found;
  }

  /**
   * Distinguishes a path that cannot exist from a path without permission: HDFS denies access to
   * paths below a file.
   *
   * @throws AccessControlException the given one, if no file is above the path
   */
  private static void requireBelowFile(FileSystem files, Path path, AccessControlException e)
      throws IOException {
    if (fileOnTheWay(files, path.getParent()) == null) {
      throw e;
    }
  }
}
