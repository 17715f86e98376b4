package org.tributary.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into plain text and tags. White space is treated as in transformers' settings of
 * Jinja: {@code trim_blocks} removes the newline after a statement or comment, and {@code
 * lstrip_blocks} removes the indentation before one. A minus in a tag removes all white space on
 * its side.
 */
final class Segments {
  private static final Pattern RAW_END = Pattern.compile("\\{%([-+]?)\\s*endraw\\s*([-+]?)%}");

  private final String source;
  private final List<Segment> segments = new ArrayList<>();
  private int at;
  private boolean strip;
  private boolean block;

  private Segments(String source) {
    this.source = source;
  }

  static List<Segment> of(String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    return new Segments(source).all();
  }

  private List<Segment> all() {
    for (int open = nextTag(); open >= 0; open = nextTag()) {
      char mark = source.charAt(open + 1);
      char sign = open + 2 < source.length() ? source.charAt(open + 2) : ' ';
      text(open, mark, sign);
      int close = close(open + 2, mark);
      char last = source.charAt(close - 1);
      boolean signed = close > open + 2 && (last == '-' || last == '+' && mark != '{');
      int from = Math.min(close, open + (sign == '-' || sign == '+' ? 3 : 2));
      String inside = source.substring(from, Math.max(from, signed ? close - 1 : close)).strip();
      strip = signed && last == '-';
      block = mark != '{' && !(signed && last == '+');
      at = close + 2;
      if (mark == '%' && inside.equals("raw")) {
        raw();
      } else if (mark != '#') {
        Segment.Kind kind = mark == '{' ? Segment.Kind.OUTPUT : Segment.Kind.STATEMENT;
        segments.add(new Segment(kind, inside));
      }
    }
    add(behindTag(source.substring(at)));
    return segments;
  }

  private void add(String text) {
    if (!text.isEmpty()) {
      segments.add(new Segment(Segment.Kind.TEXT, text));
    }
  }

  /** The text before a tag. */
  private void text(int tag, char mark, char sign) {
    add(beforeTag(behindTag(source.substring(at, tag)), mark, sign, isIndented(tag)));
  }

  /** Raw text, in which braces have no meaning. */
  private void raw() {
    Matcher end = RAW_END.matcher(source);
    if (!end.find(at)) {
      throw new JinjaFault("the template ends before endraw");
    }
    char sign = end.group(1).isEmpty() ? ' ' : end.group(1).charAt(0);
    text(end.start(), '%', sign);
    strip = end.group(2).equals("-");
    block = !end.group(2).equals("+");
    at = end.end();
  }

  private int nextTag() {
    for (int i = source.indexOf('{', at); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  /** Whether there are only blanks between the begin of the line and a tag. */
  private boolean isIndented(int tag) {
    int i = tag - 1;
    while (i >= at && (source.charAt(i) == ' ' || source.charAt(i) == '\t')) {
      i--;
    }
    return i < 0 || source.charAt(i) == '\n';
  }

  private String behindTag(String text) {
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

  /** The position of a tag's closing mark. Marks in quotes do not count. */
  private int close(int from, char mark) {
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
