package org.tributary.cluster;

import java.io.IOException;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Ends this JVM by a signal's default action, in the middle of whatever its threads do. Exits of
 * Java's own run the destructors of native libraries, which crash where these are still computing.
 */
public final class DefaultAction {
  private static final int SHELLS = 128;

  private DefaultAction() {}

  /**
   * Ends the JVM; does not return.
   *
   * @param signal one whose default action ends a process, such as TERM
   */
  public static void take(Signal signal) {
    Signal.handle(signal, SignalHandler.SIG_DFL);
    try {
      // Signal.raise refuses signals that Java does not handle, which this one is now.
      String kill = "kill -%d %d".formatted(signal.getNumber(), ProcessHandle.current().pid());
      new ProcessBuilder("/bin/sh", "-c", kill).start().waitFor();
      Thread.sleep(1_000);
    } catch (IOException e) {
      // Memory may be out: then the JVM ends as Java ends it.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(SHELLS + signal.getNumber());
  }
}
