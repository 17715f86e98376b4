package org.tributary.error;

import java.io.IOException;
import java.util.Optional;

/**
 * The store, a machine or the cluster failed, and neither the input nor a client is the reason: a
 * full disk, a permission, a server that is away, an executor that was killed. Jobs end with exit
 * code 1 and print the message alone, so it names the path or the client and how to fix it. What is
 * done by then is kept, and the same command resumes.
 */
public final class Trouble extends IOException {
  private static final long serialVersionUID = 1;

  /**
   * One failure.
   *
   * @param message one line that names the thing and how to fix it
   * @param cause what was thrown, kept for logs at debug level; may be null
   */
  public Trouble(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Looks for one among the causes of a failure.
   *
   * @param thrown by anything
   * @return the first one, if any
   */
  public static Optional<Trouble> in(Throwable thrown) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (e instanceof Trouble trouble) {
        return Optional.of(trouble);
      }
    }
    return Optional.empty();
  }
}
