package org.tributary.protocol;

import java.util.Collection;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Globs over names of tensors and layers: {@code *} matches any characters, also dots.
 *
 * @param pattern the pattern of a whole name
 */
public record Globs(Pattern pattern) {
  /**
   * Reads a glob.
   *
   * @param glob as written in the configuration
   * @return the glob
   */
  public static Globs of(String glob) {
    StringBuilder regex = new StringBuilder();
    for (String part : glob.split("\\*", -1)) {
      regex.append(quote(part));
      regex.append(".*");
    }
    regex.setLength(regex.length() - 2);
    return new Globs(Pattern.compile(regex.toString()));
  }

  /**
   * Whether a whole name matches the glob.
   *
   * @param name dotted
   * @return true if it matches
   */
  public boolean matches(String name) {
    return pattern.matcher(name).matches();
  }

  /**
   * The distinct last parts of dotted names, for messages.
   *
   * @param names dotted
   * @return sorted, separated by commas
   */
  public static String lastParts(Collection<String> names) {
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
