package org.tributary.checkpoint;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
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
 * <p>A file is first written under a temporary name and then committed: it is seen under its own
 * name whole or not at all, and a file that is there is never replaced. How depends on the file
 * system, see {@link Commit}. Temporary files that a killed writer left behind are not listed.
 *
 * <p>What a file system refuses is tried again for as long as the configuration's {@value
 * #PATIENCE} says, and is {@link Trouble} then.
 *
 * <p>Safe for use by several threads. Missing files are reported by {@link
 * java.io.FileNotFoundException}, since only the caller knows what the file was for.
 */
public final class Store {
  /**
   * The property of a Hadoop configuration that says for how many seconds a failing file system is
   * asked again; without it, it is asked once.
   */
  public static final String PATIENCE = "tributary.store.patience";

  private final Configuration hadoop;
  private final Retries patience;

  private Store(Configuration hadoop, Retries patience) {
    this.hadoop = hadoop;
    this.patience = patience;
  }

  /**
   * The files that a Hadoop configuration reaches.
   *
   * @param hadoop names the default file system, the credentials and the like
   * @return the store
   */
  public static Store of(Configuration hadoop) {
    return new Store(hadoop, new Retries(hadoop.getInt(PATIENCE, 0)));
  }

  /**
   * The same files, asked once: for content that can be given once, and where nothing has begun
   * that is worth waiting for.
   *
   * @return a store without patience
   */
  public Store once() {
    return new Store(hadoop, new Retries(0));
  }

  /**
   * The file system that holds a path. For {@code file:} it is the raw one: a checksum file next to
   * the data would become stale when other programs write there.
   *
   * @param path with or without a scheme
   * @return the file system
   * @throws WrongInput if no file system is known for the scheme, or its host is none
   * @throws IOException if the file system cannot be reached
   */
  public FileSystem fileSystem(Path path) throws IOException {
    return FileSystems.of(path, hadoop);
  }

  /**
   * A qualified path.
   *
   * @param uriOrRelative a URI, or a path on the default file system, where a relative one starts
   *     at the working directory
   * @return with scheme and authority
   * @throws WrongInput if it is no path
   * @throws IOException if the file system cannot be reached
   */
  public Path path(String uriOrRelative) throws IOException {
    Path path = PathNames.of(uriOrRelative);
    FileSystem files = fileSystem(path);
    LocalNames.requireKnown(files, path);
    return files.makeQualified(path);
  }

  /**
   * Whether a file or folder is there.
   *
   * @param path of a file or folder
   * @return true when it exists
   * @throws Trouble if the file system still fails at the end of the patience
   */
  public boolean exists(Path path) throws IOException {
    return ask(path, files -> FileSystems.exists(files, path));
  }

  /**
   * What a folder holds, itself only, without temporary files.
   *
   * @param folder need not exist
   * @return sorted by name; empty if the folder does not exist
   * @throws Trouble if the file system still fails at the end of the patience
   */
  public List<FileStatus> list(Path folder) throws IOException {
    return ask(folder, files -> FileSystems.list(files, folder));
  }

  /**
   * What the file system says of a file or folder.
   *
   * @param path that is there
   * @return its size, its kind and the like
   * @throws IOException if it is missing; Trouble ifthe file system still fails at the end of the patience
   */
  public FileStatus status(Path path) throws IOException {
    return ask(path, files -> files.getFileStatus(path));
  }

  /**
   * Opens a file, for reading from the start or at positions. A read that breaks off is taken up
   * again at the same place.
   *
   * @param file to read
   * @return a stream to close
   * @throws IOException if the file is missing; Trouble ifthe file system still fails at the end of the patience
   */
  public FSDataInputStream open(Path file) throws IOException {
    return ask(file, files -> new FSDataInputStream(new RetryingInput(files, file, patience)));
  }

  /**
   * Refuses what is no file although it is called one, before anybody opens it.
   *
   * @param file that is there
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
   * @throws WrongInput if it is a pointer of Git LFS
   * @throws IOException if the file is missing; Trouble ifthe file system still fails at the end of the patience
   */
  public byte[] readAll(Path file) throws IOException {
    byte[] bytes = readAny(file);
    LfsPointer.refuse(file, bytes);
    return bytes;
  }

  /**
   * A whole file in memory, a pointer of Git LFS too.
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
   * @return true when this call made the file, false when the target was already there (then
   *     nothing changed, and the content may not have been asked for)
   * @throws Trouble if the file system still fails at the end of the patience, and IOException ifthe content does
   */
  public boolean commit(Path target, Content content) throws IOException {
    return commit(target, content, () -> {});
  }

  /**
   * Writes under a temporary name, calls back, and commits.
   *
   * @param target to make, with the folders above it
   * @param content writes the bytes; if it throws, nothing is left behind
   * @param beforeCommit runs when the temporary file is complete and closed; if it throws,
   *     nothing is left behind
   * @return true when this call made the file, false when the target was already there (then
   *     nothing changed, and neither callback may have run)
   * @throws WrongInput if the target is a folder
   * @throws Trouble if the file system still fails at the end of the patience, and IOException ifthe content does
   */
  public boolean commit(Path target, Content content, Runnable beforeCommit) throws IOException {
    FileSystem files = fileSystem(target);
    Path qualified = files.makeQualified(target);
    WatchedContent measured = new WatchedContent(content, patience.seconds() > 0);
    return patience.ask(
        qualified,
        e -> measured.trouble(files, qualified, e),
        () ->
            !FileSystems.isFile(files, qualified)
                && Commit.on(files, hadoop).run(qualified, measured, beforeCommit));
  }

  /**
   * The hash of a file's bytes.
   *
   * @param file to read
   * @return SHA-256 in hex
   * @throws IOException if the file is missing; Trouble ifthe file system still fails at the end of the patience
   */
  public String sha256(Path file) throws IOException {
    try (InputStream in = open(file)) {
      Sha256 hash = new Sha256();
      in.transferTo(hash);
      return hash.hex();
    }
  }

  /**
   * Deletes a file, or a folder with all in it; no error if absent.
   *
   * @param path to delete
   * @throws Trouble if it is there and cannot be deleted
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
   * Does something that writes several files, such as a Spark job, and does it again for as long as
   * there is patience and it ends with {@link Trouble}. It has to keep what it made before.
   *
   * @param folder of the files
   * @param step to do
   * @return what it gave
   * @throws IOException what it threw
   */
  public <T> T patiently(Path folder, Step<T> step) throws IOException {
    return patience.ask(
        folder, e -> e instanceof Trouble t ? Optional.of(t) : Optional.empty(), step::run);
  }

  /** Something that is done until it succeeds. */
  @FunctionalInterface
  public interface Step<T> {
    /**
     * Does it.
     *
     * @return its result
     * @throws IOException if it fails
     */
    T run() throws IOException;
  }

  /** Something that a file system is asked for. */
  private interface Question<T> {
    T ask(FileSystem files) throws IOException;
  }

  private <T> T ask(Path path, Question<T> question) throws IOException {
    return patience.ask(
        path,
        e -> StoreTrouble.kindOfStores(e).map(kind -> StoreTrouble.of(kind, path, null, e)),
        () -> question.ask(fileSystem(path)));
  }

  /** What a file will hold. */
  @FunctionalInterface
  public interface Content {
    /**
     * Writes all bytes. The store closes the stream.
     *
     * @param out buffered
     * @throws IOException if the bytes cannot be made or written
     */
    void writeTo(OutputStream out) throws IOException;

    /**
     * Content in memory.
     *
     * @param bytes the whole file
     * @return writes them
     */
    static Content of(byte[] bytes) {
      return out -> out.write(bytes);
    }
  }
}
