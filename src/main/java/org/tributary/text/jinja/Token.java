package org.tributary.text.jinja;

import java.util.ArrayList;
import java.util.List;

/**
 * A word of an expression.
 *
 * @param kind its kind
 * @param text the word as written; for strings the characters without quotes and escapes
 */
record Token(Kind kind, String text) {
  /** The kinds of words. */
  enum Kind {
    NAME,
    TEXT,
    NUMBER,
    SIGN,
    END
  }

  private static final List<String> LONG_SIGNS = List.of("==", "!=", "<=", ">=", "//", "**");
  private static final String SIGNS = "+-*/%~<>=.,:|()[]{}";
  private static final String ESCAPED = "ntr\\'\"abfv";
  private static final String MEANT = "\n\t\r\\'\"\u0007\b\f\u000b";
  private static final int SHOWN = 60;

  static List<Token> of(String expression) {
    List<Token> words = new ArrayList<>();
    int at = skip(expression, 0);
    while (at < expression.length()) {
      char c = expression.charAt(at);
      int end = at + 1;
      if (c == '\'' || c == '"') {
        end = quoteEnd(expression, at) + 1;
        words.add(new Token(Kind.TEXT, meant(expression.substring(at + 1, end - 1))));
      } else if (c >= '0' && c <= '9') {
        end = number(expression, at);
        words.add(new Token(Kind.NUMBER, expression.substring(at, end).replace("_", "")));
      } else if (Character.isJavaIdentifierStart(c) && c != '$') {
        while (end < expression.length()
            && Character.isJavaIdentifierPart(expression.charAt(end))) {
          end++;
        }
        words.add(new Token(Kind.NAME, expression.substring(at, end)));
      } else {
        String sign = sign(expression, at);
        end = at + sign.length();
        words.add(new Token(Kind.SIGN, sign));
      }
      at = skip(expression, end);
    }
    words.add(new Token(Kind.END, ""));
    return words;
  }

  private static int skip(String text, int from) {
    int at = from;
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
    return at;
  }

  private static int quoteEnd(String text, int quote) {
    for (int i = quote + 1; i < text.length(); i++) {
      if (text.charAt(i) == '\\') {
        i++;
      } else if (text.charAt(i) == text.charAt(quote)) {
        return i;
      }
    }
    throw notUnderstood(text, quote);
  }

  /**
   * Digits, with a fraction or an exponent. A dot without a digit after it does not belong to the
   * number.
   */
  private static int number(String text, int from) {
    int end = digits(text, from);
    if (end + 1 < text.length() && text.charAt(end) == '.' && isDigit(text.charAt(end + 1))) {
      end = digits(text, end + 1);
    }
    if (end < text.length() && (text.charAt(end) == 'e' || text.charAt(end) == 'E')) {
      int exponent = end + 1;
      if (exponent < text.length() && "+-".indexOf(text.charAt(exponent)) >= 0) {
        exponent++;
      }
      int behind = digits(text, exponent);
      end = behind > exponent ? behind : end;
    }
    return end;
  }

  private static int digits(String text, int from) {
    int at = from;
    while (at < text.length() && (isDigit(text.charAt(at)) || text.charAt(at) == '_')) {
      at++;
    }
    return at;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static String sign(String text, int at) {
    for (String sign : LONG_SIGNS) {
      if (text.startsWith(sign, at)) {
        return sign;
      }
    }
    if (SIGNS.indexOf(text.charAt(at)) < 0) {
      throw notUnderstood(text, at);
    }
    return text.substring(at, at + 1);
  }

  private static JinjaFault notUnderstood(String text, int at) {
    String rest = text.substring(at).strip();
    return new JinjaFault(
        "\"%s\" is not understood"
            .formatted(rest.length() > SHOWN ? rest.substring(0, SHOWN) + "..." : rest));
  }

  /** A text with its escapes replaced, as in Python. Unknown escapes stay. */
  private static String meant(String written) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < written.length(); i++) {
      char c = written.charAt(i);
      if (c != '\\') {
        text.append(c);
        continue;
      }
      i++;
      char escape = written.charAt(i);
      int known = ESCAPED.indexOf(escape);
      int digits = escape == 'x' ? 2 : escape == 'u' ? 4 : escape == 'U' ? 8 : 0;
      if (known >= 0) {
        text.append(MEANT.charAt(known));
      } else if (digits > 0) {
        text.appendCodePoint(hex(written, i, digits));
        i += digits;
      } else if (isDigit(escape)) {
        throw new JinjaFault("the escape \\" + escape + " is not supported");
      } else if (escape != '\n') {
        text.append('\\').append(escape);
      }
    }
    return text.toString();
  }

  private static int hex(String written, int at, int digits) {
    String hex = written.substring(at + 1, Math.min(written.length(), at + 1 + digits));
    if (!hex.matches("[0-9a-fA-F]{" + digits + "}")
        || !Character.isValidCodePoint(
            (int) Math.min(Long.parseLong(hex, 16), Integer.MAX_VALUE))) {
      throw new JinjaFault(
          "the escape \\%s%s is not a character".formatted(written.charAt(at), hex));
    }
    return Integer.parseInt(hex, 16);
  }
}
