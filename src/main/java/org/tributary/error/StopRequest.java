package org.tributary.error;

import java.io.InterruptedIOException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A lasting request to a driver's thread to stop. An interrupt alone is not enough: clients of file
 * systems such as HDFS catch it and continue, so that it is lost. Code that works in steps checks
 * for the request between two steps.
 */
public final class StopRequest {
  private static final AtomicReference<Thread> ASKED = new AtomicReference<>();

  private StopRequest() {}

  /**
   * Asks a thread to stop, and interrupts it.
   *
   * @param thread the thread; it ends at its next check
   */
  public static void to(Thread thread) {
    ASKED.set(thread);
    thread.interrupt();
  }

  /**
   * Clears the request and the interrupt of this thread, because the following work, such as the
   * release of a lock, must be done.
   *
   * @return whether there was one
   */
  public static boolean take() {
    boolean interrupted = Thread.interrupted();
    return ASKED.compareAndSet(Thread.currentThread(), null) || interrupted;
  }

  /**
   * Checks for a request, at a place where work with files can end.
   *
   * @param what the work that is not begun or not finished, for the message
   * @throws InterruptedIOException if this thread was asked to stop; the request stays
   */
  public static void check(String what) throws InterruptedIOException {
    if (ASKED.get() == Thread.currentThread()) {
      throw new InterruptedIOException("stopped while " + what);
    }
  }
}
