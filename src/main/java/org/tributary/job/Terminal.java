package org.tributary.job;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a person watches the job's messages. */
final class Terminal {
  /** Linux: what standard error is connected to. */
  private static final Path STDERR = Path.of("/proc/self/fd/2");

  private Terminal() {}

  /**
   * Whether standard error is a terminal. Where standard output and input go does not count, so
   * that a job shows its progress while its output goes to a file.
   */
  static boolean isStderr() {
    try {
      return isTerminal(Files.readSymbolicLink(STDERR).toString());
    } catch (IOException | UnsupportedOperationException e) {
      return System.console() != null;
    }
  }

  /** Whether a file is a terminal's device. */
  static boolean isTerminal(String device) {
    return device.matches("/dev/(pts/[0-9]+|tty.*|console)");
  }
}
