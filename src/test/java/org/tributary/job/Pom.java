package org.tributary.job;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Versions as pom.xml has them, the one place where they stand. */
final class Pom {
  private Pom() {}

  /** Tributary's own version. */
  static String version() {
    return first("<version>([^<]+)</version>");
  }

  /** A property, such as {@code spark.version}. */
  static String property(String name) {
    return first("<" + Pattern.quote(name) + ">([^<]+)</");
  }

  private static String first(String pattern) {
    try {
      Matcher found = Pattern.compile(pattern).matcher(Files.readString(Path.of("pom.xml")));
      if (!found.find()) {
        throw new AssertionError("pom.xml has no " + pattern);
      }
      return found.group(1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
