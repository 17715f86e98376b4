package org.tributary.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes values as JSON like Python's {@code json.dumps} without ASCII escapes. */
final class JsonText {
  private final StringBuilder out = new StringBuilder();
  private final String comma;
  private final String colon;
  private final Long indent;
  private final Budget budget;

  private JsonText(String comma, String colon, Long indent, Budget budget) {
    this.comma = comma;
    this.colon = colon;
    this.indent = indent;
    this.budget = budget;
  }

  /**
   * A value as JSON.
   *
   * @param value strings, numbers, booleans, none, lists and dicts
   * @param indent blanks per level, with one entry per line; null for one line
   * @param separators separators between entries, and between a key and its value; null for
   *     Python's default
   * @throws JinjaFault if it contains another kind of value
   */
  static String of(Object value, Long indent, List<?> separators, Budget budget) {
    String comma = separators == null ? indent == null ? ", " : "," : (String) separators.get(0);
    String colon = separators == null ? ": " : (String) separators.get(1);
    JsonText json = new JsonText(comma, colon, indent, budget);
    json.write(value, 1);
    return json.out.toString();
  }

  private void write(Object value, int level) {
    budget.enter();
    budget.written(out);
    if (value == null || value instanceof Boolean) {
      out.append(value);
    } else if (value instanceof Long || value instanceof Double) {
      out.append(JinjaValues.text(value));
    } else if (value instanceof String text) {
      quoted(text);
    } else if (value instanceof List<?> list) {
      several(list, '[', level);
    } else if (value instanceof Map<?, ?> map && !(value instanceof Namespace)) {
      several(new ArrayList<>(map.entrySet()), '{', level);
    } else {
      throw new JinjaFault(
          "the filter tojson of %s is not supported".formatted(JinjaValues.kind(value)));
    }
    budget.leave();
  }

  private void several(List<?> entries, char open, int level) {
    out.append(open);
    for (int i = 0; i < entries.size(); i++) {
      out.append(i == 0 ? "" : comma);
      line(level);
      if (entries.get(i) instanceof Map.Entry<?, ?> entry && open == '{') {
        quoted(key(entry.getKey()));
        out.append(colon);
        write(entry.getValue(), level + 1);
      } else {
        write(entries.get(i), level + 1);
      }
    }
    if (!entries.isEmpty()) {
      line(level - 1);
    }
    out.append(open == '[' ? ']' : '}');
  }

  private void line(int level) {
    if (indent != null) {
      out.append('\n').append(" ".repeat(budget.length(indent * level)));
    }
  }

  private static String key(Object key) {
    if (key instanceof String text) {
      return text;
    }
    return key == null || key instanceof Boolean ? "" + key : JinjaValues.text(key);
  }

  private void quoted(String text) {
    budget.length(text.length());
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      int known = "\"\\\n\r\t\b\f".indexOf(c);
      if (known >= 0) {
        out.append('\\').append("\"\\nrtbf".charAt(known));
      } else if (c < ' ') {
        out.append("\\u%04x".formatted((int) c));
      } else {
        out.append(c);
      }
    }
    out.append('"');
  }
}
