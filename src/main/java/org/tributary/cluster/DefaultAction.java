package org.tributary.cluster;

import java.io.IOException;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Ends this JVM by a signal's default action, while its threads may still work. Java's own exits
 * run the destructors of native libraries, which crash if the libraries are still computing.
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
      // Signal.raise refuses signals that Java does not handle, such as this one now.
      String kill = "kill -%d %d".formatted(signal.getNumber(), ProcessHandle.current().pid());
      new ProcessBuilder("/bin/sh", "-c", kill).start().waitFor();
      Thread.sleep(1_000);
    } catch (IOException e) {
      // There may be no memory left; then Java ends the JVM.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Runtime.getRuntime().halt(SHELLS + signal.getNumber());
  }
}
