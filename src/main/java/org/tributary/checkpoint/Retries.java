package org.tributary.checkpoint;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tributary.error.StopRequest;
import org.tributary.error.Trouble;

/**
 * Retries operations on a failing store, for a limited time, with pauses that double from a quarter
 * of a second to ten seconds. Wrong paths are not retried.
 *
 * @param seconds from the first failure to the last try; 0 for a single try
 */
record Retries(int seconds) {
  private static final Logger LOG = LoggerFactory.getLogger(Retries.class);
  private static final long FIRST_PAUSE = 250;
  private static final long LONGEST_PAUSE = 10_000;

  /** An operation on a store. */
  interface Attempt<T> {
    T run() throws IOException;
  }

  /** The cause of a failure, and its message. */
  interface Judge {
    /** The failure; empty if the store is not the reason. */
    Optional<Trouble> of(IOException e);
  }

  /**
   * Tries until the operation succeeds or the time is over.
   *
   * @param path that is read or written
   * @param judge decides whether a failure is one of the store
   * @throws Trouble if the store still failed at the end of the time
   * @throws InterruptedIOException if this thread was asked to stop; the check is here because
   *     every operation runs this code
   */
  <T> T ask(Path path, Judge judge, Attempt<T> attempt) throws IOException {
    long end = 0;
    long pause = FIRST_PAUSE;
    while (true) {
      StopRequest.check("at work with " + path);
      try {
        return attempt.run();
      } catch (IOException e) {
        Optional<Trouble> trouble = judge.of(e);
        if (trouble.isEmpty()) {
          throw e;
        }
        if (end == 0) {
          end = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
        }
        long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
        if (left <= 0) {
          throw trouble.get();
        }
        if (pause == FIRST_PAUSE) {
          LOG.warn("{}; trying again for {} s", trouble.get().getMessage(), seconds);
        }
        sleep(path, Math.min(pause, left));
        pause = Math.min(LONGEST_PAUSE, 2 * pause);
      }
    }
  }

  private static void sleep(Path path, long millis) throws InterruptedIOException {
    try {
      Thread.sleep(millis);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      InterruptedIOException stopped =
          new InterruptedIOException("stopped while waiting for " + path);
      stopped.initCause(e);
      throw stopped;
    }
  }
}
