package org.tributary.checkpoint;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.security.AccessControlException;
import org.tributary.error.WrongInput;

/**
 * Files on any Hadoop file system, written once and atomically.
 *
 * <p>A file is first written under a temporary name and then committed: it is seen under its own
 * name whole or not at all, and a file that is there is never replaced. How depends on the file
 * system, see {@link Commit}. Temporary files that a killed writer left behind are not listed.
 *
 * <p>Safe for use by several threads. Missing files are told by {@link
 * java.io.FileNotFoundException}, since only the caller knows what the file was for.
 */
public final class Store {
  private final Configuration hadoop;

  private Store(Configuration hadoop) {
    this.hadoop = hadoop;
  }

  /**
   * The files that a Hadoop configuration reaches.
   *
   * @param hadoop names the default file system, the credentials and the like
   * @return the store
   */
  public static Store of(Configuration hadoop) {
    return new Store(hadoop);
  }

  /**
   * The file system that holds a path. For {@code file:} it is the raw one: a checksum file beside
   * the data would go stale when other programs write there.
   *
   * @param path with or without a scheme
   * @return the file system
   * @throws WrongInput where no file system is known for the scheme, or its host is none
   * @throws IOException where the file system cannot be reached
   */
  public FileSystem fileSystem(Path path) throws IOException {
    if ("file".equals(scheme(path))) {
      return FileSystem.getLocal(hadoop).getRaw();
    }
    return FileSystems.of(path, hadoop);
  }

  /**
   * A qualified path.
   *
   * @param uriOrRelative a URI, or a path on the default file system, where a relative one starts
   *     at the working directory
   * @return with scheme and authority
   * @throws WrongInput where it is no path
   * @throws IOException where the file system cannot be reached
   */
  public Path path(String uriOrRelative) throws IOException {
    Path path;
    try {
      path = new Path(uriOrRelative);
    } catch (IllegalArgumentException e) {
      throw new WrongInput(
          "'%s' is no path: write a URI such as hdfs://host/folder or file:///folder, or a plain path"
              .formatted(uriOrRelative),
          e);
    }
    return fileSystem(path).makeQualified(path);
  }

  /**
   * Whether a file or folder is there.
   *
   * @param path of a file or folder
   * @return true when it exists
   * @throws IOException where the file system cannot be reached
   */
  public boolean exists(Path path) throws IOException {
    FileSystem files = fileSystem(path);
    try {
      return files.exists(path);
    } catch (AccessControlException e) {
      FileSystems.requireBelowFile(files, path, e);
      return false;
    }
  }

  /**
   * What a folder holds, itself only, without temporary files.
   *
   * @param folder need not exist
   * @return sorted by name; empty where the folder does not exist
   * @throws IOException where the file system cannot be reached
   */
  public List<FileStatus> list(Path folder) throws IOException {
    List<FileStatus> found = new ArrayList<>();
    FileSystem files = fileSystem(folder);
    try {
      for (FileStatus status : files.listStatus(folder)) {
        if (!Commit.isTemporary(status.getPath().getName())) {
          found.add(status);
        }
      }
    } catch (java.io.FileNotFoundException absent) {
      return List.of();
    } catch (AccessControlException e) {
      FileSystems.requireBelowFile(files, folder, e);
      return List.of();
    }
    found.sort(Comparator.comparing(status -> status.getPath().getName()));
    return found;
  }

  /**
   * Opens a file, for reading from the start or at positions.
   *
   * @param file to read
   * @return a stream to close
   * @throws IOException where the file is missing or the file system cannot be reached
   */
  public FSDataInputStream open(Path file) throws IOException {
    return fileSystem(file).open(file);
  }

  /**
   * A whole file in memory.
   *
   * @param file smaller than 2 GiB
   * @return its bytes
   * @throws IOException where the file is missing or the file system cannot be reached
   */
  public byte[] readAll(Path file) throws IOException {
    try (InputStream in = open(file)) {
      return in.readAllBytes();
    }
  }

  /**
   * Writes under a temporary name and commits.
   *
   * @param target to make, with the folders above it
   * @param content writes the bytes; where it throws, nothing is left behind
   * @return true when this call made the file, false when the target was already there (then
   *     nothing changed, and the content may not have been asked for)
   * @throws IOException where the file system fails
   */
  public boolean commit(Path target, Content content) throws IOException {
    return commit(target, content, () -> {});
  }

  /**
   * Writes under a temporary name, calls back, and commits.
   *
   * @param target to make, with the folders above it
   * @param content writes the bytes; where it throws, nothing is left behind
   * @param beforeCommit runs when the temporary file is complete and closed; where it throws,
   *     nothing is left behind
   * @return true when this call made the file, false when the target was already there (then
   *     nothing changed, and neither callback may have run)
   * @throws WrongInput where the target is a folder
   * @throws IOException where the file system fails
   */
  public boolean commit(Path target, Content content, Runnable beforeCommit) throws IOException {
    FileSystem files = fileSystem(target);
    Path qualified = files.makeQualified(target);
    if (exists(qualified)) {
      if (files.getFileStatus(qualified).isDirectory()) {
        throw new WrongInput(qualified + ": is a folder, a file is to be written there: remove it");
      }
      return false;
    }
    return Commit.on(files, hadoop).run(qualified, content, beforeCommit);
  }

  /**
   * The hash of a file's bytes.
   *
   * @param file to read
   * @return SHA-256 in hex
   * @throws IOException where the file is missing or the file system cannot be reached
   */
  public String sha256(Path file) throws IOException {
    Sha256 hash = new Sha256();
    try (InputStream in = open(file)) {
      in.transferTo(hash);
    }
    return hash.hex();
  }

  /**
   * Deletes a file, or a folder with all in it; no error if absent.
   *
   * @param path to delete
   * @throws IOException where it is there and cannot be deleted
   */
  public void delete(Path path) throws IOException {
    FileSystem files = fileSystem(path);
    if (!files.delete(path, true) && files.exists(path)) {
      throw new IOException(path + ": could not be deleted");
    }
  }

  private String scheme(Path path) {
    String scheme = path.toUri().getScheme();
    return scheme != null ? scheme : FileSystem.getDefaultUri(hadoop).getScheme();
  }

  /** What a file will hold. */
  @FunctionalInterface
  public interface Content {
    /**
     * Writes all bytes. The store closes the stream.
     *
     * @param out buffered
     * @throws IOException where the bytes cannot be made or written
     */
    void writeTo(OutputStream out) throws IOException;

    /**
     * Content that is at hand.
     *
     * @param bytes the whole file
     * @return writes them
     */
    static Content of(byte[] bytes) {
      return out -> out.write(bytes);
    }

    /**
     * A copy of a local file.
     *
     * @param file to copy
     * @return writes its bytes
     */
    static Content copyOf(java.nio.file.Path file) {
      return out -> Files.copy(file, out);
    }
  }

  /** Writes content through a buffer and flushes it, without closing the stream below. */
  static void write(Content content, OutputStream out) throws IOException {
    BufferedOutputStream buffered = new BufferedOutputStream(out, 1 << 16);
    content.writeTo(new Unclosed(buffered));
    buffered.flush();
  }

  /** Content often wraps its stream in one whose close closes all: that must not commit. */
  private static final class Unclosed extends java.io.FilterOutputStream {
    Unclosed(OutputStream out) {
      super(out);
    }

    @Override
    public void write(byte[] bytes, int from, int length) throws IOException {
      out.write(bytes, from, length);
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
