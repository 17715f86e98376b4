package org.tributary.config;

import java.util.List;

/** The key {@code separator} of CSV, in all configurations. */
final class CsvSeparator {
  private CsvSeparator() {}

  static List<String> problems(String format, String separator) {
    if (separator == null) {
      return List.of();
    }
    if (!"csv".equals(format)) {
      return List.of("separator: is for the format csv; remove it");
    }
    return separator.equals("tab") || separator.length() == 1 && !"\"\r\n".contains(separator)
        ? List.of()
        : List.of(
            "separator: '%s' cannot be used; write one character that is not a quote or a line end, or tab"
                .formatted(separator));
  }

  static Character of(String separator) {
    return separator == null ? null : separator.equals("tab") ? '\t' : separator.charAt(0);
  }
}
