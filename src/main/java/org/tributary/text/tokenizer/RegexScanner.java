package org.tributary.text.tokenizer;

import java.util.function.Function;
import org.tributary.error.WrongInput;

/**
 * Reads the smallest parts of a regular expression from left to right: characters, escapes,
 * character classes and repetitions. Syntax that differs between dialects is refused.
 */
final class RegexScanner {
  private static final int MOST_REPEATS = 1000;

  /** The letter escapes that mean the same in every dialect. */
  private static final String ESCAPES = "sSdDwWrntfbBAzZ";

  private final String text;
  private final Function<String, WrongInput> wrong;
  private int at;

  /**
   * Starts at the begin of an expression.
   *
   * @param text the expression
   * @param wrong makes the error for a problem
   */
  RegexScanner(String text, Function<String, WrongInput> wrong) {
    this.text = text;
    this.wrong = wrong;
  }

  /** The number of characters read so far. */
  int at() {
    return at;
  }

  boolean isAtEnd() {
    return at >= text.length();
  }

  /** Whether the next character is one of these. */
  boolean isAny(String characters) {
    return !isAtEnd() && characters.indexOf(text.charAt(at)) >= 0;
  }

  /** Reads this text if it comes next, and returns whether it does. */
  boolean take(String expected) {
    boolean is = text.startsWith(expected, at);
    at += is ? expected.length() : 0;
    return is;
  }

  /** Reads one character, which may be a pair of surrogates, and returns its first half. */
  char character() {
    char first = text.charAt(at);
    at += Character.charCount(text.codePointAt(at));
    return first;
  }

  /** The text read since a position. */
  String since(int from) {
    return text.substring(from, at);
  }

  /** The mode after a repetition: + is possessive, ? is lazy, a space is neither. */
  char suffix(boolean allowed) {
    if (at >= text.length() || "*+?{".indexOf(text.charAt(at)) < 0) {
      return ' ';
    }
    char sign = text.charAt(at++);
    boolean another = at < text.length() && "*+?{".indexOf(text.charAt(at)) >= 0;
    if (!allowed || another || sign == '*' || sign == '{') {
      throw unknown("a repetition of a repetition");
    }
    return sign;
  }

  /**
   * Reads a repetition in braces: the minimum and the maximum; the largest int if it is unbounded.
   */
  int[] bounds() {
    int end = text.indexOf('}', at);
    String inside = end < 0 ? "" : text.substring(at + 1, end);
    if (!inside.matches("\\d{1,4}(,\\d{0,4})?")) {
      throw unknown("a { that is not a repetition");
    }
    at = end + 1;
    String[] numbers = inside.split(",", 2);
    int least = Integer.parseInt(numbers[0]);
    int most = least;
    if (numbers.length == 2) {
      most = numbers[1].isEmpty() ? Integer.MAX_VALUE : Integer.parseInt(numbers[1]);
    }
    if (least > MOST_REPEATS || most < least || most != Integer.MAX_VALUE && most > MOST_REPEATS) {
      throw unknown("a repetition of more than %,d times".formatted(MOST_REPEATS));
    }
    return new int[] {least, most};
  }

  /** Reads one escape and returns its character. */
  char escape() {
    if (at + 1 >= text.length()) {
      throw unknown("a \\ at its end");
    }
    char c = text.charAt(at + 1);
    at += 2;
    if (c == 'p' || c == 'P') {
      skip("\\{\\^?[A-Za-z_ ]{1,40}\\}");
    } else if (c == 'x') {
      skip("[0-9A-Fa-f]{2}|\\{[0-9A-Fa-f]{1,6}\\}");
    } else if (c == 'u') {
      skip("[0-9A-Fa-f]{4}");
    } else if (c >= 128 || Character.isLetterOrDigit(c) && ESCAPES.indexOf(c) < 0) {
      throw unknown("the escape \\" + c);
    }
    return c;
  }

  private void skip(String form) {
    var rest = java.util.regex.Pattern.compile(form).matcher(text);
    rest.region(at, text.length());
    if (!rest.lookingAt()) {
      throw unknown("an escape that is not whole");
    }
    at = rest.end();
  }

  /** Reads a character class, including nested classes. */
  void characters() {
    characters(0);
  }

  private void characters(int depth) {
    at++;
    if (text.startsWith("^", at)) {
      at++;
    }
    if (text.startsWith("]", at)) {
      throw unknown("an empty class of characters");
    }
    while (at < text.length() && text.charAt(at) != ']') {
      if (text.startsWith("[:", at)) {
        throw unknown("a class with a POSIX name");
      } else if (text.charAt(at) == '[' && depth < 8) {
        characters(depth + 1);
      } else if (text.charAt(at) == '\\') {
        escape();
      } else {
        at++;
      }
    }
    if (at >= text.length()) {
      throw unknown("a class of characters without its ]");
    }
    at++;
  }

  /** An error about a part of the expression. */
  WrongInput unknown(String what) {
    return wrong.apply("is an expression with " + what + ", which Tributary does not take");
  }
}
