package org.tributary.executor;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.tributary.checkpoint.StoreTrouble;
import org.tributary.error.Trouble;

/** Failures of a task by its machine or storage, not by its client. */
public final class TaskTrouble {
  private TaskTrouble() {}

  /**
   * Looks for such a failure.
   *
   * @param thrown by a client's training
   * @return empty if the client itself is the reason, a file of its own that is not there among
   *     them
   */
  public static Optional<Trouble> in(Throwable thrown) {
    Optional<Trouble> known = StoreTrouble.in(thrown);
    boolean absent =
        thrown instanceof FileNotFoundException || thrown instanceof NoSuchFileException;
    return known.isPresent() || absent || !(thrown instanceof IOException)
        ? known
        : Optional.of(here(thrown));
  }

  /**
   * Something that every client would have met on this machine.
   *
   * @param thrown by what all clients of this JVM share
   * @return reported with the machine's name
   */
  static Trouble here(Throwable thrown) {
    Trouble known = StoreTrouble.in(thrown).orElse(null);
    if (known != null) {
      return known;
    }
    boolean ours = thrown.getClass().getName().startsWith("org.tributary.");
    String what =
        ours ? thrown.getMessage() : thrown.getClass().getSimpleName() + ": " + thrown.getMessage();
    return new Trouble(
        "on %s: %s: no client is the cause; fix it there and run the same command again"
            .formatted(host(), what.lines().findFirst().orElse("")),
        thrown);
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "an unknown host";
    }
  }
}
