package org.tributary.checkpoint;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;

/**
 * Bounds for the tries that Hadoop's s3a makes by itself. By Hadoop's defaults it is silent for
 * more than ten minutes at an endpoint that refuses connections; {@link Store#PATIENCE} takes the
 * place of most of them.
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
   * The bounds that a configuration lacks.
   *
   * @param hadoop what users have set in it stays
   * @return Hadoop's keys, and values for them
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
