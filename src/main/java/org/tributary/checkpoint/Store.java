package org.tributary.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.tributary.error.Trouble;
import org.tributary.error.WrongInput;

/**
 * Files on any Hadoop file system, written once and atomically.
 *
 * <p>A file is first written under a temporary name and then committed: it appears under its final
 * name either complete or not at all, and an existing file is never replaced. The way depends on
 * the file system, see {@link FileCommit}. Temporary files that a killed writer left behind are not
 * listed.
 *
 * <p>Failed operations are retried for the time that {@value #PATIENCE} in the configuration gives;
 * after that they throw {@link Trouble}.
 *
 * <p>Several threads may use a store. Missing files are reported by {@link
 * java.io.FileNotFoundException}, because only the caller knows the purpose of the file.
 */
public final class Store {
  /**
   * The property of a Hadoop configuration with the number of seconds for which failed operations
   * are retried; without it they are not retried.
   */
  public static final String PATIENCE = "tributary.store.patience";

  private final Configuration hadoop;
  private final Retries patience;

  private Store(Configuration hadoop, Retries patience) {
    this.hadoop = hadoop;
    this.patience = patience;
  }

  /**
   * A store for the file systems of a Hadoop configuration.
   *
   * @param hadoop has the default file system, the credentials and the like
   * @return the store
   */
  public static Store of(Configuration hadoop) {
    return new Store(hadoop, new Retries(hadoop.getInt(PATIENCE, 0)));
  }

  /**
   * The same store without retries: for content that can be written only once, and for work that
   * has not begun.
   *
   * @return a store without retries
   */
  public Store once() {
    return new Store(hadoop, new Retries(0));
  }

  /**
   * The file system of a path. For {@code file:} it is the raw one: a checksum file next to the
   * data would become stale when other programs write there.
   *
   * @param path with or without a scheme
   * @return the file system
   * @throws WrongInput if there is no file system for the scheme, or its host does not exist
   * @throws IOException if the file system cannot be reached
   */
  public FileSystem fileSystem(Path path) throws IOException {
    return FileSystems.of(path, hadoop);
  }

  /**
   * A qualified path.
   *
   * @param uriOrRelative a URI, or a path on the default file system, a relative one starts at the
   *     working directory
   * @return with scheme and authority
   * @throws WrongInput if it is not a path
   * @throws IOException if the file system cannot be reached
   */
  public Path path(String uriOrRelative) throws IOException {
    Path path = PathNames.of(uriOrRelative);
    FileSystem files = fileSystem(path);
    LocalFileNames.requireKnown(files, path);
    return files.makeQualified(path);
  }

  /**
   * Whether a file or folder exists.
   *
   * @param path of a file or folder
   * @return true if it exists
   * @throws Trouble if the file system still fails at the end of the patience
   */
  public boolean exists(Path path) throws IOException {
    return ask(path, files -> FileSystems.exists(files, path));
  }

  /**
   * The contents of a folder, without those of its subfolders and without temporary files.
   *
   * @param folder need not exist
   * @return sorted by name; empty if the folder does not exist
   * @throws Trouble if the file system still fails at the end of the patience
   */
  public List<FileStatus> list(Path folder) throws IOException {
    return ask(folder, files -> FileSystems.list(files, folder));
  }

  /**
   * The status of a file or folder.
   *
   * @param path of an existing file or folder
   * @return its size, its kind and the like
   * @throws IOException if it is missing; Trouble if the file system still fails at the end of the
   *     patience
   */
  public FileStatus status(Path path) throws IOException {
    return ask(path, files -> files.getFileStatus(path));
  }

  /**
   * Opens a file for reading from the start or at positions. A read that breaks is continued at the
   * same position.
   *
   * @param file to read
   * @return a stream, to be closed
   * @throws IOException if the file is missing; Trouble if the file system still fails at the end
   *     of the patience
   */
  public FSDataInputStream open(Path file) throws IOException {
    return ask(file, files -> new FSDataInputStream(new RetryingInput(files, file, patience)));
  }

  /**
   * Refuses pipes, sockets and devices before they are opened.
   *
   * @param file an existing file
   * @throws WrongInput if it is a pipe, a socket or a device
   * @throws IOException if the file system cannot be reached
   */
  public void requireFile(Path file) throws IOException {
    FileSystems.requireRegular(fileSystem(file), file);
  }

  /**
   * A whole file in memory.
   *
   * @param file smaller than 2 GiB
   * @return its bytes
   * @throws WrongInput if it is a Git LFS pointer
   * @throws IOException if the file is missing; Trouble if the file system still fails at the end
   *     of the patience
   */
  public byte[] readAll(Path file) throws IOException {
    byte[] bytes = readAny(file);
    LfsPointer.refuse(file, bytes);
    return bytes;
  }

  /**
   * A whole file in memory, even if it is a Git LFS pointer.
   *
   * @param file smaller than 2 GiB
   * @return its bytes
   * @throws IOException see {@link #readAll}
   */
  public byte[] readAny(Path file) throws IOException {
    try (InputStream in = open(file)) {
      return in.readAllBytes();
    }
  }

  /**
   * Writes under a temporary name and commits.
   *
   * @param target to make, with the folders above it
   * @param content writes the bytes; if it throws, nothing is left behind
   * @return true if this call created the file, false if the target already existed (then nothing
   *     changed, and the content may not have been called)
   * @throws Trouble if the file system still fails at the end of the patience, and IOException if
   *     the content does
   */
  public boolean commit(Path target, FileContent content) throws IOException {
    return commit(target, content, () -> {});
  }

  /**
   * Writes under a temporary name, calls back, and commits.
   *
   * @param target to make, with the folders above it
   * @param content writes the bytes; if it throws, nothing is left behind
   * @param beforeCommit runs when the temporary file is complete and closed; if it throws, nothing
   *     is left behind
   * @return true if this call created the file, false if the target already existed (then nothing
   *     changed, and the callbacks may not have run)
   * @throws WrongInput if the target is a folder
   * @throws Trouble if the file system still fails at the end of the patience, and IOException if
   *     the content does
   */
  public boolean commit(Path target, FileContent content, Runnable beforeCommit)
      throws IOException {
    FileSystem files = fileSystem(target);
    Path qualified = files.makeQualified(target);
    WatchedContent measured = new WatchedContent(content, patience.seconds() > 0);
    return patience.ask(
        qualified,
        e -> measured.trouble(files, qualified, e),
        () ->
            !FileSystems.isFile(files, qualified)
                && FileCommit.on(files, hadoop).run(qualified, measured, beforeCommit));
  }

  /**
   * The hash of a file's bytes.
   *
   * @param file to read
   * @return SHA-256 in hex
   * @throws IOException if the file is missing; Trouble if the file system still fails at the end
   *     of the patience
   */
  public String sha256(Path file) throws IOException {
    try (InputStream in = open(file)) {
      Sha256 hash = new Sha256();
      in.transferTo(hash);
      return hash.hex();
    }
  }

  /**
   * Deletes a file, or a folder with its contents; no error if it does not exist.
   *
   * @param path to delete
   * @throws Trouble if it exists and cannot be deleted
   */
  public void delete(Path path) throws IOException {
    ask(
        path,
        files -> {
          if (!files.delete(path, true) && files.exists(path)) {
            throw new IOException("could not be deleted");
          }
          return true;
        });
  }

  /**
   * Runs a step that writes several files, such as a Spark job, and repeats it while it fails with
   * {@link Trouble} and the patience has not ended. The step must keep the files that it has
   * already written.
   *
   * @param folder of the files
   * @param step the step
   * @return its result
   * @throws IOException if it fails
   */
  public <T> T patiently(Path folder, Step<T> step) throws IOException {
    return patience.ask(
        folder, e -> e instanceof Trouble t ? Optional.of(t) : Optional.empty(), step::run);
  }

  /** A step that is repeated until it succeeds. */
  @FunctionalInterface
  public interface Step<T> {
    /**
     * Runs the step.
     *
     * @return its result
     * @throws IOException if it fails
     */
    T run() throws IOException;
  }

  /** An operation on a file system. */
  private interface Question<T> {
    T ask(FileSystem files) throws IOException;
  }

  private <T> T ask(Path path, Question<T> question) throws IOException {
    return patience.ask(
        path,
        e -> StoreTrouble.kindOfStores(e).map(kind -> StoreTrouble.of(kind, path, null, e)),
        () -> question.ask(fileSystem(path)));
  }
}
