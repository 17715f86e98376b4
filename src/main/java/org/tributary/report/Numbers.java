package org.tributary.report;

import java.util.Locale;

/** Numbers as people read them, equal on every machine. */
final class Numbers {
  /** What stands for a number that there is not. */
  static final String NONE = "–";

  private Numbers() {}

  /** A score: three digits after the point, fewer for large values. */
  static String score(double value) {
    if (!Double.isFinite(value)) {
      return value == Double.POSITIVE_INFINITY ? "∞" : NONE;
    }
    double size = Math.abs(value);
    return String.format(
        Locale.ROOT, size < 10 ? "%.3f" : size < 100 ? "%.2f" : "%,.0f", value + 0.0);
  }

  /** A difference of scores, with its sign. */
  static String difference(double value) {
    String text = score(Math.abs(value));
    return value < 0 ? "−" + text : "+" + text;
  }

  /** A whole number with separated thousands. */
  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** Megabytes (10^6 bytes) with about three digits. */
  static String megabytes(double bytes) {
    if (!Double.isFinite(bytes)) {
      return NONE;
    }
    double mb = bytes / 1e6;
    return String.format(
        Locale.ROOT, mb == 0 ? "%.0f" : mb < 1 ? "%.3f" : mb < 100 ? "%.2f" : "%,.0f", mb);
  }

  /** Seconds, from 100 on without digits after the point. */
  static String seconds(double seconds) {
    return Double.isFinite(seconds)
        ? String.format(Locale.ROOT, seconds < 100 ? "%.1f" : "%,.0f", seconds)
        : NONE;
  }

  /** A learning rate as short as it can be written, such as 0.002 or 3.0E-4. */
  static String rate(double rate) {
    return Double.toString(rate).replace("E", "e");
  }

  /** Something counted, with the right form of its noun. */
  static String counted(long value, String one, String many) {
    return count(value) + " " + (value == 1 ? one : many);
  }

  /** A text as the beginning of a sentence. */
  static String capital(String text) {
    return text.isEmpty()
        ? text
        : text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }
}
