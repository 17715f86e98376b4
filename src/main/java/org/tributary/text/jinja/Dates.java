package org.tributary.text.jinja;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/** Formats days like Python's {@code strftime} in the C locale, at midnight. */
final class Dates {
  private static final Map<Character, String> PATTERNS =
      Map.ofEntries(
          Map.entry('Y', "uuuu"),
          Map.entry('y', "uu"),
          Map.entry('m', "MM"),
          Map.entry('B', "MMMM"),
          Map.entry('b', "MMM"),
          Map.entry('d', "dd"),
          Map.entry('j', "DDD"),
          Map.entry('A', "EEEE"),
          Map.entry('a', "EEE"),
          Map.entry('H', "HH"),
          Map.entry('I', "hh"),
          Map.entry('M', "mm"),
          Map.entry('S', "ss"),
          Map.entry('p', "a"),
          Map.entry('F', "uuuu-MM-dd"),
          Map.entry('T', "HH:mm:ss"));

  /** Removes leading zeros, as glibc does for {@code %-d}. */
  private static final Map<Character, String> SHORT =
      Map.of('d', "d", 'm', "M", 'H', "H", 'I', "h", 'M', "m", 'S', "s", 'j', "D");

  private Dates() {}

  /**
   * A day as text.
   *
   * @param day the day
   * @param format with {@code %} and a letter for each part
   * @throws JinjaFault for a part that is not supported
   */
  static String text(LocalDate day, String format) {
    LocalDateTime midnight = day.atStartOfDay();
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      if (format.charAt(i) != '%') {
        text.append(format.charAt(i));
        continue;
      }
      boolean bare = format.startsWith("-", i + 1);
      i += bare ? 2 : 1;
      char part = i < format.length() ? format.charAt(i) : ' ';
      String pattern = (bare ? SHORT : PATTERNS).get(part);
      if (pattern == null && (part != '%' || bare)) {
        throw new JinjaFault("the date %s is not supported, for its %%%s".formatted(format, part));
      }
      text.append(
          part == '%'
              ? "%"
              : DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).format(midnight));
    }
    return text.toString();
  }
}
