package org.tributary.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.tributary.error.WrongInput;

/**
 * The pattern that a step of a tokenizer searches: {@code {"String": text}} or {@code {"Regex":
 * expression}}.
 *
 * @param part its section
 * @param text text to search, or the expression
 * @param regex the checked expression; null for a text
 */
record MatchPattern(JsonSection part, String text, Regex regex) {
  private static final int LONGEST = 1000;

  /**
   * Reads and checks a section.
   *
   * @param part the section {@code pattern}
   * @return the pattern
   * @throws WrongInput if it is neither, is empty, or may take too long
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

  /** The fewest characters of a match. */
  int shortest() {
    return regex == null ? text.codePointCount(0, text.length()) : regex.shortest();
  }

  /** Whether the search is linear in the length of the text. */
  boolean linear() {
    return regex == null || regex.linear();
  }

  /** As {@link Regex#runs}. */
  Optional<Regex.Runs> runs() {
    return regex == null ? Optional.of(Regex.Runs.NONE) : regex.runs();
  }

  /** As {@link Regex#retries}. */
  int retries() {
    return regex == null ? 0 : regex.retries();
  }

  /** Replaces the matches. */
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
