package org.tributary.setup;

import java.util.List;
import java.util.stream.Collectors;

/** Texts as YAML. */
final class Yaml {
  private Yaml() {}

  /** A text, in quotes where YAML could read something else. */
  static String text(String text) {
    boolean plain = text.matches("[A-Za-z_/.][A-Za-z0-9_./-]*[A-Za-z0-9_]|[A-Za-z]");
    boolean word = text.matches("(?i)true|false|null|none|yes|no|on|off|y|n|\\.nan|\\.inf");
    return plain && !word ? text : quoted(text);
  }

  /** A text in single quotes, or in double quotes with a line break. */
  static String quoted(String text) {
    return text.contains("\n")
        ? "\"" + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + "\""
        : "'" + text.replace("'", "''") + "'";
  }

  /** A list of texts in one line. */
  static String list(List<String> texts) {
    return texts.stream().map(Yaml::text).collect(Collectors.joining(", ", "[", "]"));
  }
}
