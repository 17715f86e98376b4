package org.tributary.job;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.util.Optional;
import org.apache.hadoop.security.AccessControlException;
import org.apache.spark.SparkException;

/**
 * What a file system answers that is no fault of the program: nobody is there, or somebody who does
 * not let the user in. One message says it better than a stack trace.
 */
public final class FileSystemTrouble {
  private FileSystemTrouble() {}

  /**
   * Looks for such an answer among the causes of a failure.
   *
   * @param thrown by a job, in the driver
   * @return what to tell; empty for all other failures, and for those of tasks, whose traces say
   *     which it was
   */
  public static Optional<String> of(Throwable thrown) {
    for (Throwable e = thrown; e != null; e = e.getCause()) {
      if (e instanceof SparkException) {
        return Optional.empty();
      }
      if (e instanceof ConnectException
          || e instanceof NoRouteToHostException
          || e instanceof SocketTimeoutException) {
        return Optional.of(
            "A file system cannot be reached: %s: check host and port in the paths and in Hadoop's configuration, or run again when it is back"
                .formatted(firstLine(e)));
      }
      if (e instanceof AccessControlException) {
        return Optional.of(
            "%s: name another path, run as another user, or ask who owns it for the permission"
                .formatted(firstLine(e)));
      }
    }
    return Optional.empty();
  }

  /** Behind it servers write their own stack trace. */
  private static String firstLine(Throwable e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }
}
