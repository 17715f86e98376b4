package org.tributary.rows;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * The files of a partitioned set. Each read checks them against the manifest: a folder has exactly
 * the file that the manifest lists, with its size, its number of rows and its SHA-256. A file is
 * hashed and its rows are counted once, and again if its size or its modification time changes.
 * Threads may share an instance.
 */
public final class PartFiles {
  private static final String WAY_OUT =
      "put back the file that partition wrote (rounds that are closed stay as they are), or partition"
          + " again under another name";

  private final Path root;
  private final Map<String, Stamp> hashed = new ConcurrentHashMap<>();

  /** A file's state when it was hashed, and what was found in it. */
  private record Stamp(long bytes, long changed, String sha256, long rows) {
    boolean isOf(FileStatus status) {
      return bytes == status.getLen() && changed == status.getModificationTime();
    }
  }

  /**
   * Creates it without checking any file.
   *
   * @param root the set's folder
   */
  public PartFiles(Path root) {
    this.root = root;
  }

  /**
   * The folder of a part's file.
   *
   * @param part of the manifest
   * @return the path of the folder
   */
  public Path folder(Manifest.Part part) {
    return new Path(root, part.folder());
  }

  /**
   * Compares a part's folder and file with the manifest.
   *
   * @param store file system of the files
   * @param part of the manifest
   * @throws WrongInput if the file is missing or different, or the folder has more files. Names
   *     that begin with a dot or an underscore are ignored
   * @throws IOException if the file system fails
   */
  public void check(Store store, Manifest.Part part) throws IOException {
    Path file = new Path(root, part.file());
    FileStatus status = alone(store, file);
    if (part.bytes() != null && part.bytes() != status.getLen()) {
      throw changed(file, "has %d bytes".formatted(status.getLen()), part.bytes() + " bytes");
    }
    Stamp known = hashed.get(part.file());
    if (known == null || !known.isOf(status)) {
      String sha256 = store.sha256(file);
      if (!sha256.equals(part.sha256())) {
        throw changed(file, "has the SHA-256 " + sha256, part.sha256());
      }
      known = new Stamp(status.getLen(), status.getModificationTime(), sha256, rows(store, file));
      hashed.put(part.file(), known);
    }
    if (!known.sha256().equals(part.sha256())) {
      throw changed(file, "has the SHA-256 " + known.sha256(), part.sha256());
    }
    if (known.rows() != part.rows()) {
      throw changed(file, "has %d rows".formatted(known.rows()), part.rows() + " rows");
    }
  }

  private static long rows(Store store, Path file) throws IOException {
    try (ParquetReading rows = ParquetRows.read(store, file)) {
      return rows.rows();
    }
  }

  /** The status of the file if it is the only one in its folder. */
  private static FileStatus alone(Store store, Path file) throws IOException {
    FileStatus found = null;
    List<String> others = new ArrayList<>();
    for (FileStatus status : store.list(file.getParent())) {
      String name = status.getPath().getName();
      if (name.equals(file.getName())) {
        found = status;
      } else if (!isPassedOver(name)) {
        others.add(name);
      }
    }
    if (found == null) {
      throw new WrongInput(
          "%s is missing, %s lists it; %s".formatted(file, Manifest.FILE, WAY_OUT));
    }
    if (!others.isEmpty()) {
      throw new WrongInput(
          "%s holds %s, which %s does not list; move it away, or partition again under another name"
              .formatted(file.getParent(), String.join(", ", others), Manifest.FILE));
    }
    return found;
  }

  /** No reader of Parquet folders reads rows from such files. */
  private static boolean isPassedOver(String name) {
    return name.startsWith(".") || name.startsWith("_");
  }

  private static WrongInput changed(Path file, String found, String wanted) {
    return new WrongInput(
        "%s %s, %s says %s: it is not the file that was partitioned; %s"
            .formatted(file, found, Manifest.FILE, wanted, WAY_OUT));
  }

  /**
   * Looks for client folders that the manifest does not list. Their rows would never be read.
   *
   * @param store file system of the files
   * @param manifest of the set
   * @throws WrongInput if there are any, with their names
   * @throws IOException if the file system fails
   */
  public void refuseUnlisted(Store store, Manifest manifest) throws IOException {
    Set<String> listed = new HashSet<>();
    manifest
        .parts()
        .forEach(part -> listed.add(part.file().substring(0, part.file().indexOf('/'))));
    List<String> unlisted = new ArrayList<>();
    for (FileStatus status : store.list(root)) {
      String name = status.getPath().getName();
      if (name.startsWith("client=") && !listed.contains(name)) {
        unlisted.add(
            "%s is not in %s; move it away, or partition again under another name"
                .formatted(name, Manifest.FILE));
      }
    }
    if (!unlisted.isEmpty()) {
      throw WrongInput.some(root + ":", unlisted);
    }
  }
}
