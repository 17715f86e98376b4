package org.tributary.error;

import java.io.IOException;
import java.util.Optional;

/**
 * A failure of the store, a machine or the cluster, not of the input or a client: for example a
 * full disk, a missing permission, a server that does not answer, an executor that was killed. Jobs
 * end with exit code 1 and print only the message, so it names the path or the client and how to
 * fix it. Finished work is kept, and the same command resumes.
 */
public final class Trouble extends IOException {
  private static final long serialVersionUID = 1;

  /**
   * One failure.
   *
   * @param message one line that names the thing and how to fix it
   * @param cause the exception, kept for logs at debug level; may be null
   */
  public Trouble(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Looks for a {@code Trouble} among the causes of a failure.
   *
   * @param thrown any exception
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
