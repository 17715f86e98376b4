package org.tributary.model;

import java.util.Collection;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Names with stars: {@code *} stands for any characters, dots included.
 *
 * @param pattern of a whole name
 */
record Globs(Pattern pattern) {
  static Globs of(String glob) {
    StringBuilder regex = new StringBuilder();
    for (String part : glob.split("\\*", -1)) {
      regex.append(quote(part));
      regex.append(".*");
    }
    regex.setLength(regex.length() - 2);
    return new Globs(Pattern.compile(regex.toString()));
  }

  boolean matches(String name) {
    return pattern.matcher(name).matches();
  }

  /** The distinct last parts of dotted names, for messages. */
  static String lastParts(Collection<String> names) {
    return names.stream()
        .map(name -> name.substring(name.lastIndexOf('.') + 1))
        .distinct()
        .sorted()
        .collect(Collectors.joining(", "));
  }

  private static String quote(String part) {
    return part.isEmpty() ? "" : Pattern.quote(part);
  }
}
