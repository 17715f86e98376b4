package org.tributary.checkpoint;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Optional;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.tributary.error.StopRequest;
import org.tributary.error.Trouble;

/**
 * Watches the content of a file while it is written: counts its bytes, and notes whether the
 * content or the file system failed.
 */
final class WatchedContent implements FileContent {
  /**
   * So few bytes are not reported: they do not help to free space, because file systems count in
   * blocks and files.
   */
  private static final int TELLING = 100;

  private final FileContent content;
  private final boolean repeatable;
  private long written;
  private long whole = -1;
  private IOException own;

  /**
   * Wraps content.
   *
   * @param repeatable whether the content can be written a second time
   */
  WatchedContent(FileContent content, boolean repeatable) {
    this.content = content;
    this.repeatable = repeatable;
  }

  @Override
  public void writeTo(OutputStream out) throws IOException {
    Counted counted = new Counted(out);
    own = null;
    try {
      content.writeTo(counted);
    } catch (IOException e) {
      own = counted.failure == null ? e : null;
      throw e;
    } catch (RuntimeException e) {
      if (counted.failure == null) {
        throw e;
      }
      throw counted.failure; // writers of file formats wrap it
    } finally {
      written = counted.bytes;
    }
  }

  /** The trouble with which a commit failed; empty if the content or the path is the reason. */
  Optional<Trouble> trouble(FileSystem files, Path target, IOException e) {
    if (e instanceof Trouble) {
      return Optional.empty(); // a failure of another store, which has already retried
    }
    Optional<StoreTrouble.Kind> kind =
        e == own ? StoreTrouble.kind(e) : StoreTrouble.kindOfStores(e);
    return kind.map(k -> StoreTrouble.of(k, target, room(k, files, target), e));
  }

  /**
   * The free space of the whole file system says nothing about a quota; the message of the quota
   * does.
   */
  private String room(StoreTrouble.Kind kind, FileSystem files, Path target) {
    return switch (kind) {
      case SPACE, NODES -> need() + FreeSpace.free(files, target);
      case QUOTA -> need();
      default -> null;
    };
  }

  private String need() {
    boolean known = isWhole();
    long bytes = known ? whole : written;
    if (bytes < TELLING) {
      return "room for one more file needed";
    }
    return (known ? "" : "more than ") + FreeSpace.size(bytes) + " needed";
  }

  /** Counts all bytes of the content once, if that is possible. */
  private boolean isWhole() {
    if (repeatable && whole < 0) {
      Counted counted = new Counted(OutputStream.nullOutputStream());
      try {
        content.writeTo(counted);
        whole = counted.bytes;
      } catch (IOException | RuntimeException e) {
        return false; // the source of the content cannot be read now, so the needed space is not
        // known
      }
    }
    return whole >= 0;
  }

  /**
   * Counts bytes, and notes a failure of the wrapped stream. Content often wraps the stream in
   * another one and closes that, which must not commit the file.
   */
  private static final class Counted extends FilterOutputStream {
    private long bytes;
    private IOException failure;

    Counted(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      checkGoesOn();
      try {
        out.write(b);
        bytes++;
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    /** A thread that is being stopped does not need to finish a large file. */
    private static void checkGoesOn() throws InterruptedIOException {
      if (Thread.currentThread().isInterrupted()) {
        throw new InterruptedIOException("stopped while writing");
      }
      StopRequest.check("writing");
    }

    @Override
    public void write(byte[] b, int from, int length) throws IOException {
      checkGoesOn();
      try {
        out.write(b, from, length);
        bytes += length;
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    @Override
    public void flush() throws IOException {
      try {
        out.flush();
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }

    @Override
    public void close() throws IOException {
      flush();
    }
  }
}
