package org.tributary.data.jinja;

import java.util.ArrayList;
import java.util.List;

/**
 * A piece of a template: plain text, what stands between double braces, or a statement. White space
 * is treated as transformers asks of Jinja: {@code trim_blocks} (the newline behind a statement
 * goes) and {@code lstrip_blocks} (so does the indentation before one), and a minus in a tag takes
 * all white space on its side.
 *
 * @param kind what it is
 * @param text plain, or what stands inside the tag
 */
record Segment(Kind kind, String text) {
  /** The kinds of pieces. */
  enum Kind {
    TEXT,
    OUTPUT,
    STATEMENT
  }

  static List<Segment> of(String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    List<Segment> segments = new ArrayList<>();
    int at = 0;
    boolean strip = false;
    boolean block = false;
    while (true) {
      int open = nextTag(source, at);
      String text = source.substring(at, open < 0 ? source.length() : open);
      text = behindTag(text, strip, block);
      if (open < 0) {
        add(segments, Kind.TEXT, text);
        return segments;
      }
      char mark = source.charAt(open + 1);
      char sign = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
      add(segments, Kind.TEXT, beforeTag(text, mark, sign, isIndented(source, open)));
      int close = close(source, open + 2, mark);
      boolean minus = source.charAt(close - 1) == '-';
      boolean plus = mark != '{' && source.charAt(close - 1) == '+';
      int from = open + (sign == '-' || sign == '+' ? 3 : 2);
      String inside =
          source.substring(from, Math.max(from, minus || plus ? close - 1 : close)).strip();
      if (mark != '#') {
        add(segments, mark == '{' ? Kind.OUTPUT : Kind.STATEMENT, inside);
      }
      strip = minus;
      block = mark != '{' && !plus;
      at = close + 2;
    }
  }

  private static void add(List<Segment> segments, Kind kind, String text) {
    if (kind != Kind.TEXT || !text.isEmpty()) {
      segments.add(new Segment(kind, text));
    }
  }

  private static int nextTag(String source, int from) {
    for (int i = source.indexOf('{', from); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  /** Whether only blanks stand between the line's begin and a tag. */
  private static boolean isIndented(String source, int tag) {
    int i = tag - 1;
    while (i >= 0 && (source.charAt(i) == ' ' || source.charAt(i) == '\t')) {
      i--;
    }
    return i < 0 || source.charAt(i) == '\n';
  }

  private static String behindTag(String text, boolean strip, boolean block) {
    if (strip) {
      return text.stripLeading();
    }
    return block && text.startsWith("\n") ? text.substring(1) : text;
  }

  private static String beforeTag(String text, char mark, char sign, boolean indented) {
    if (sign == '-') {
      return text.stripTrailing();
    }
    if (mark == '{' || sign == '+' || !indented) {
      return text;
    }
    int end = text.length();
    while (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == '\t')) {
      end--;
    }
    return text.substring(0, end);
  }

  /** Where a tag's closing mark stands; quoted ones do not count. */
  private static int close(String source, int from, char mark) {
    String end = (mark == '{' ? '}' : mark) + "}";
    char quote = 0;
    int depth = 0;
    for (int i = from; i + 1 < source.length(); i++) {
      char c = source.charAt(i);
      if (mark != '#' && quote != 0) {
        if (c == '\\') {
          i++;
        } else if (c == quote) {
          quote = 0;
        }
      } else if (mark != '#' && (c == '\'' || c == '"')) {
        quote = c;
      } else if (depth == 0 && source.startsWith(end, i)) {
        return i;
      } else if (mark != '#') {
        depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      }
    }
    throw new JinjaFault("a tag that begins with {" + mark + " does not end");
  }
}
