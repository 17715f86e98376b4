package org.tributary.checkpoint;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.apache.hadoop.fs.ParentNotDirectoryException;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PathIsNotEmptyDirectoryException;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.security.AccessControlException;
import org.tributary.error.Trouble;
import org.tributary.error.WrongInput;

/**
 * Distinguishes failures of a file system or a disk from wrong input: no space, a quota, a
 * permission, a read-only disk, a server that cannot be reached. Many of these have no exception
 * class, and those of servers arrive as text, so messages of the operating system and of HDFS are
 * recognized, too.
 */
public final class StoreTrouble {
  private static final String AGAIN = "run the same command again: what is done is kept";

  /** The description of the failure. */
  enum Kind {
    SPACE(
        "no space left on device",
        "not enough space",
        "diskoutofspace",
        "insufficient storage",
        "xminiostoragefull"),
    NODES("could only be written to", "could only be replicated to"),
    QUOTA("quota exceeded", "quotaexceeded", "exceeds quota"),
    READ_ONLY("read-only file system", "readonlyfilesystem", "safemode", "safe mode"),
    PERMISSION("permission denied", "operation not permitted", "accesscontrolexception"),
    UNREACHABLE(
        "connection refused",
        "connection reset",
        "connection timed out",
        "standbyexception",
        "retriableexception",
        "service unavailable",
        "blockmissingexception",
        "unable to execute http request"),
    BUCKET("unknownstoreexception"),
    MACHINE(
        "too many open files", "input/output error", "stale file handle", "cannot allocate memory");

    private final List<String> words;

    Kind(String... words) {
      this.words = List.of(words);
    }
  }

  private StoreTrouble() {}

  /**
   * Looks for a failure of a store or a machine among the causes of an exception.
   *
   * @param thrown the exception of code that read or wrote files
   * @return the failure, described in one line; empty for wrong input, for a thread that is being
   *     stopped, and for everything else
   */
  public static Optional<Trouble> in(Throwable thrown) {
    Optional<Trouble> told = Trouble.in(thrown);
    return told.isPresent() ? told : kind(thrown).map(kind -> of(kind, null, null, thrown));
  }

  /**
   * The same for a failure whose message may not name the place.
   *
   * @param thrown the exception of code that read or wrote files
   * @param place the place to name if the failure names none
   * @return the failure, reported in one line
   */
  public static Optional<Trouble> in(Throwable thrown, String place) {
    Optional<Trouble> told = Trouble.in(thrown);
    return told.isPresent()
        ? told
        : kind(thrown).map(kind -> of(kind, place + ": " + said(thrown), thrown));
  }

  /**
   * Recognizes a failure without a path as a full local disk.
   *
   * @param thrown the exception of code that wrote to local disks
   * @param place the place to name if the failure names none
   * @return the failure, described in one line; empty for everything else
   */
  public static Optional<Trouble> ofFullDisk(Throwable thrown, String place) {
    return kind(thrown).filter(Kind.SPACE::equals).flatMap(kind -> in(thrown, place));
  }

  /** The description of the failure; empty if no store or machine is known to be the reason. */
  static Optional<Kind> kind(Throwable thrown) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (e instanceof WrongInput || isInterruption(e)) {
        return Optional.empty();
      }
    }
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      Optional<Kind> kind = ofOne(e);
      if (kind.isPresent()) {
        return kind;
      }
    }
    return Optional.empty();
  }

  /**
   * The same for exceptions of a file system itself: everything except a wrong path is its failure.
   */
  static Optional<Kind> kindOfStores(IOException e) {
    Optional<Kind> known = kind(e);
    boolean path =
        e instanceof FileNotFoundException
            || e instanceof NoSuchFileException
            || e instanceof EOFException
            || e instanceof FileAlreadyExistsException
            || e instanceof org.apache.hadoop.fs.FileAlreadyExistsException
            || e instanceof NotDirectoryException
            || e instanceof ParentNotDirectoryException
            || e instanceof PathIsNotEmptyDirectoryException
            || e instanceof UnsupportedFileSystemException;
    return known.isPresent() || path || isInterruption(e) ? known : Optional.of(Kind.MACHINE);
  }

  private static boolean isInterruption(Throwable e) {
    return e instanceof InterruptedException
        || e instanceof ClosedByInterruptException
        || e instanceof InterruptedIOException && !(e instanceof SocketTimeoutException);
  }

  private static Optional<Kind> ofOne(Throwable e) {
    String text = firstLine(e.toString()).toLowerCase(Locale.ROOT);
    for (Kind kind : Kind.values()) {
      if (kind.words.stream().anyMatch(text::contains)) {
        return Optional.of(kind);
      }
    }
    if (e instanceof AccessControlException || e instanceof AccessDeniedException) {
      return Optional.of(Kind.PERMISSION);
    }
    boolean network =
        e instanceof SocketException
            || e instanceof SocketTimeoutException
            || e instanceof UnknownHostException
            || e instanceof SSLException;
    if (network) {
      return Optional.of(Kind.UNREACHABLE);
    }
    return S3Messages.isOne(e) ? Optional.of(Kind.MACHINE) : Optional.empty();
  }

  /**
   * Describes a failure.
   *
   * @param path that was read or written; null if only the message may name it
   * @param room needed and free space; null if space is not the problem or is not known
   */
  static Trouble of(Kind kind, Path path, String room, Throwable thrown) {
    String said = said(thrown);
    String where =
        path == null || said.contains(path.toUri().getPath()) ? said : path + ": " + said;
    return of(kind, where + (room == null ? "" : ": " + room), thrown);
  }

  private static Trouble of(Kind kind, String what, Throwable thrown) {
    return new Trouble(
        switch (kind) {
          case SPACE -> what + ": make room and " + AGAIN;
          case NODES ->
              what
                  + ": see that the file system's data nodes are there and have room, and "
                  + AGAIN;
          case QUOTA ->
              what
                  + ": make room within the quota (on HDFS a file counts with whole blocks while it"
                  + " is written), or have it raised, and "
                  + AGAIN;
          case READ_ONLY -> what + ": make it writable or name another path, and " + AGAIN;
          case PERMISSION ->
              what
                  + ": name another path, run as another user, or ask who owns it for the"
                  + " permission";
          case UNREACHABLE ->
              "A file system cannot be reached: "
                  + what
                  + ": check host and port in the paths and in Hadoop's configuration, or run again"
                  + " when it is back";
          case BUCKET -> what + ": make the bucket or correct the path, and " + AGAIN;
          case MACHINE -> what + ": when the machine or the file system is well, " + AGAIN;
        },
        thrown);
  }

  /** The first line of the message of the relevant cause. */
  private static String said(Throwable thrown) {
    Optional<String> s3 = S3Messages.of(thrown);
    if (s3.isPresent()) {
      return s3.get();
    }
    Throwable telling = thrown;
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      // Spark's message is about stages and tasks; its cause has the reason.
      boolean sparks = e.getClass().getName().startsWith("org.apache.spark.");
      if (ofOne(e).isPresent() && !(sparks && e.getCause() != null)) {
        telling = e;
        break;
      }
    }
    if (telling instanceof AccessDeniedException denied && denied.getReason() == null) {
      return denied.getFile() + ": Permission denied";
    }
    if (telling instanceof FileSystemException e && e.getReason() != null) {
      return e.getFile() + ": " + e.getReason();
    }
    String message = withoutPointer(firstLine(telling.getMessage()));
    return message.isEmpty() ? telling.getClass().getSimpleName() : message;
  }

  /** After a connection error Hadoop adds a link to its wiki. */
  private static String withoutPointer(String message) {
    int pointer = message.indexOf("; For more details see:");
    return pointer < 0 ? message : message.substring(0, pointer);
  }

  /** Servers add their stack trace after it. */
  private static String firstLine(String text) {
    return String.valueOf(text).lines().findFirst().orElse("");
  }
}
