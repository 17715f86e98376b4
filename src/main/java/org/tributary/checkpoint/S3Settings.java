package org.tributary.checkpoint;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/**
 * Limits of the retries that Hadoop's s3a makes itself. With Hadoop's defaults it retries silently
 * for more than ten minutes if an endpoint refuses connections; {@link Store#PATIENCE} replaces
 * most of these retries.
 */
public final class S3Settings {
  private static final Map<String, String> BOUNDS =
      Map.of(
          "fs.s3a.attempts.maximum", "1",
          "fs.s3a.retry.limit", "2",
          "fs.s3a.retry.throttle.limit", "4",
          "fs.s3a.connection.timeout", "30000");

  private static final String DEFAULTS = "core-default.xml";

  private S3Settings() {}

  /**
   * The limits that a configuration lacks.
   *
   * @param hadoop the values that users have set are kept
   * @return values by Hadoop's keys
   */
  public static Map<String, String> missing(Configuration hadoop) {
    Map<String, String> missing = new TreeMap<>();
    BOUNDS.forEach(
        (key, value) -> {
          String[] sources = hadoop.getPropertySources(key);
          if (sources == null || List.of(DEFAULTS).equals(List.of(sources))) {
            missing.put(key, value);
          }
        });
    return missing;
  }
}
