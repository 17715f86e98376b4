package org.tributary.federation;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.FakeObjectStore;

/**
 * A store that runs out of space at a write that a test chooses. This write and all later ones fail
 * until there is space again; every second one fails midway.
 */
public final class FullStore extends FakeObjectStore {
  private static final String SAID = "No space left on device";
  private static final AtomicInteger WRITES = new AtomicInteger();
  private static final AtomicInteger FAILURES = new AtomicInteger();
  private static volatile int first = Integer.MAX_VALUE;
  private static volatile int most = Integer.MAX_VALUE;

  /** Restarts the count at 1; the given write and all later ones fail. */
  static void fullFrom(int write) {
    fullFrom(write, Integer.MAX_VALUE);
  }

  /** Like {@link #fullFrom(int)}, but only until the given number of writes have failed. */
  static void fullFrom(int write, int failing) {
    WRITES.set(0);
    FAILURES.set(0);
    first = write;
    most = failing;
  }

  /** Restarts the count; there is space for all writes. */
  static void makeRoom() {
    fullFrom(Integer.MAX_VALUE);
  }

  /** The number of writes since the count started. */
  static int writes() {
    return WRITES.get();
  }

  @Override
  protected OutputStream object(Path path, boolean overwrite) throws IOException {
    int write = WRITES.incrementAndGet();
    if (write < first || FAILURES.getAndIncrement() >= most) {
      return super.object(path, overwrite);
    }
    if (write % 2 == 0) {
      throw new IOException(SAID);
    }
    return new Full();
  }

  private static final class Full extends OutputStream {
    @Override
    public void write(int b) throws IOException {
      throw new IOException(SAID);
    }

    @Override
    public void close() throws IOException {
      throw new IOException(SAID);
    }
  }
}
