package org.tributary.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.tributary.error.WrongInput;

/**
 * What a step of a tokenizer looks for: {@code {"String": text}} or {@code {"Regex": expression}}.
 *
 * @param part its section
 * @param text to look for, or the expression
 * @param regex what is known of the expression; null for a text
 */
record MatchPattern(JsonSection part, String text, Regex regex) {
  private static final int LONGEST = 1000;

  /**
   * Looks at a section.
   *
   * @param part the section {@code pattern}
   * @return what it looks for
   * @throws WrongInput where it is neither, is empty or may take too long
   */
  static MatchPattern of(JsonSection part) {
    JsonNode node = part.object();
    if (node.size() != 1 || !node.has("String") && !node.has("Regex")) {
      throw part.wrong("", "must have one key, String or Regex");
    }
    if (node.has("Regex")) {
      String expression = part.text("Regex", Integer.MAX_VALUE);
      return new MatchPattern(part, expression, Regex.of(expression, p -> part.wrong("Regex", p)));
    }
    String text = part.text("String", LONGEST);
    if (text.isEmpty()) {
      throw part.wrong("String", "is empty, which is found everywhere");
    }
    return new MatchPattern(part, text, null);
  }

  /** The fewest characters of what is found. */
  int shortest() {
    return regex == null ? text.codePointCount(0, text.length()) : regex.shortest();
  }

  /** Whether the search takes steps in proportion to the text. */
  boolean linear() {
    return regex == null || regex.linear();
  }

  /** Replaces what is found. */
  UnaryOperator<String> replacing(String content) {
    if (regex == null) {
      return in -> in.replace(text, content);
    }
    String quoted = Matcher.quoteReplacement(content);
    return in -> java().matcher(in).replaceAll(quoted);
  }

  private Pattern java() {
    try {
      return Pattern.compile(text, Pattern.UNICODE_CHARACTER_CLASS | Pattern.MULTILINE);
    } catch (PatternSyntaxException e) {
      throw part.wrong(
          "Regex", "is an expression that Tributary does not understand: " + e.getDescription());
    }
  }
}
