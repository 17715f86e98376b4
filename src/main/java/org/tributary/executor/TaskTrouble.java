package org.tributary.executor;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;
import org.tributary.checkpoint.StoreTrouble;
import org.tributary.error.Trouble;

/** Recognizes failures of a task that are caused by its machine or storage, not by its client. */
public final class TaskTrouble {
  private TaskTrouble() {}

  /**
   * Looks for such a failure.
   *
   * @param thrown the exception of a client's training
   * @return empty if the client itself is the reason, for example because its file is missing
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
   * Reports a failure that every client on this machine would have.
   *
   * @param thrown the exception of work that all clients of this JVM share
   * @return the failure, with the machine's name
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
