package org.tributary.report;

import org.tributary.json.Json;

/** Text as HTML. */
final class Html {
  private Html() {}

  /** A text between tags or in an attribute with quotes: no character begins or ends anything. */
  static String escape(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;")
        .replace("'", "&#39;");
  }

  /** A value as JSON inside of a script element, which no text in it can end. */
  static String json(Object value) {
    return Json.text(value)
        .replace("&", "\\u0026")
        .replace("<", "\\u003c")
        .replace(">", "\\u003e")
        .replace("\u2028", "\\u2028")
        .replace("\u2029", "\\u2029");
  }

  /** A paragraph. */
  static String paragraph(String text) {
    return "<p>" + escape(text) + "</p>\n";
  }

  /** A text with its line breaks, in a frame that scrolls. */
  static String preformatted(String text) {
    return "<pre tabindex=\"0\">" + escape(text) + "</pre>\n";
  }

  /** A part that opens. */
  static String details(String summary, String html) {
    return "<details><summary>%s</summary>\n%s</details>\n".formatted(escape(summary), html);
  }
}
