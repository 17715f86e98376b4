package org.tributary.error;

import java.io.InterruptedIOException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Asks a driver's thread to stop, for good. An interrupt alone is not enough: clients of file
 * systems, that of HDFS among them, catch it and continue, so that it is lost. Code that works in
 * steps checks here between two of them.
 */
public final class StopRequest {
  private static final AtomicReference<Thread> ASKED = new AtomicReference<>();

  private StopRequest() {}

  /**
   * Asks a thread to stop, and interrupts it.
   *
   * @param thread ends at the next place where its work can end
   */
  public static void to(Thread thread) {
    ASKED.set(thread);
    thread.interrupt();
  }

  /**
   * Takes the request from this thread, and its interrupt: what follows, such as the release of a
   * lock, has to be done.
   *
   * @return whether there was one
   */
  public static boolean take() {
    boolean interrupted = Thread.interrupted();
    return ASKED.compareAndSet(Thread.currentThread(), null) || interrupted;
  }

  /**
   * A place where work with files can end.
   *
   * @param what is not begun or not finished, for the message
   * @throws InterruptedIOException if this thread was asked to stop; the request stays
   */
  public static void check(String what) throws InterruptedIOException {
    if (ASKED.get() == Thread.currentThread()) {
      throw new InterruptedIOException("stopped while " + what);
    }
  }
}
