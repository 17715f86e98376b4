package org.tributary.checkpoint;

import java.io.EOFException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.Path;

/**
 * A store that fails while files are read: every n-th read fails, in turn as a server error, as a
 * stream that ends with an exception, and as a stream that ends early without an error.
 */
public final class BreakingStore extends FakeObjectStore {
  private static final int KINDS = 3;
  private static final AtomicInteger READS = new AtomicInteger();
  private static volatile int every = Integer.MAX_VALUE;
  private static volatile int last = Integer.MAX_VALUE;

  /** Restarts the count; every n-th read fails. */
  public static void breakEvery(int n) {
    READS.set(0);
    every = n;
    last = Integer.MAX_VALUE;
  }

  /** Restarts the count; so many reads fail, one after the other. */
  public static void breakNext(int reads) {
    breakEvery(1);
    last = reads;
  }

  /** No read fails any more. */
  public static void heal() {
    breakEvery(Integer.MAX_VALUE);
  }

  /** Reads since the count began. */
  public static int reads() {
    return READS.get();
  }

  @Override
  public FSDataInputStream open(Path path, int bufferSize) throws IOException {
    FSDataInputStream in = super.open(path, bufferSize);
    return new FSDataInputStream(new Breaking(in));
  }

  private static final class Breaking extends FSInputStream {
    private final FSDataInputStream in;

    Breaking(FSDataInputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    /** Returns a few bytes at a time, as servers do. */
    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      int read = READS.incrementAndGet();
      if (read % every != 0 || read > last) {
        return in.read(bytes, from, Math.min(length, 1000));
      }
      return switch (read / every % KINDS) {
        case 0 -> throw new IOException("Connection reset by peer");
        case 1 -> throw new EOFException("Premature end of Content-Length delimited message body");
        default -> -1;
      };
    }

    @Override
    public void seek(long place) throws IOException {
      in.seek(place);
    }

    @Override
    public long getPos() throws IOException {
      return in.getPos();
    }

    @Override
    public boolean seekToNewSource(long place) {
      return false;
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
