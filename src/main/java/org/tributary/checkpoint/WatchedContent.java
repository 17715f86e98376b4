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
 * The content of a file, watched while it is written: how much it is, and whether it was the
 * content that failed or the file below.
 */
final class WatchedContent implements Store.Content {
  /** So few bytes do not help people to free space: file systems count in blocks and files. */
  private static final int TELLING = 100;

  private final Store.Content content;
  private final boolean repeatable;
  private long written;
  private long whole = -1;
  private IOException own;

  /**
   * Content.
   *
   * @param repeatable whether it may be asked for its bytes a second time
   */
  WatchedContent(Store.Content content, boolean repeatable) {
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
      throw counted.failure; // which writers of formats wrap
    } finally {
      written = counted.bytes;
    }
  }

  /** Whose failure it was that a commit ended with; empty if the content's or the path's. */
  Optional<Trouble> trouble(FileSystem files, Path target, IOException e) {
    if (e instanceof Trouble) {
      return Optional.empty(); // another store's, which has been patient itself
    }
    Optional<StoreTrouble.Kind> kind =
        e == own ? StoreTrouble.kind(e) : StoreTrouble.kindOfStores(e);
    return kind.map(k -> StoreTrouble.of(k, target, room(k, files, target), e));
  }

  /** What is free on the whole file system says nothing of a quota, whose own message has it. */
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

  /** Asks the content for all its bytes, once, where that is possible. */
  private boolean isWhole() {
    if (repeatable && whole < 0) {
      Counted counted = new Counted(OutputStream.nullOutputStream());
      try {
        content.writeTo(counted);
        whole = counted.bytes;
      } catch (IOException | RuntimeException e) {
        return false; // what it is made from cannot be read now: the need is not known
      }
    }
    return whole >= 0;
  }

  /**
   * Counts bytes, and remembers that the stream below failed. Content often wraps its stream in one
   * whose close closes all: that must not commit.
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

    /** A thread that is being stopped need not write a large file to its end. */
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
