package org.tributary.data.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A word of an expression.
 *
 * @param kind what it is
 * @param text as written; of texts the characters that are meant
 */
record Word(Kind kind, String text) {
  /** The kinds of words. */
  enum Kind {
    NAME,
    TEXT,
    NUMBER,
    SIGN,
    END
  }

  private static final Pattern WORD =
      Pattern.compile(
          "\\s*(?:(?<name>[A-Za-z_]\\w*)|(?<number>\\d+(?:\\.\\d+)?)"
              + "|(?<text>'(?:[^'\\\\]|\\\\.)*'|\"(?:[^\"\\\\]|\\\\.)*\")"
              + "|(?<sign>==|!=|<=|>=|//|\\*\\*|[-+*/%~<>=.,:|()\\[\\]{}]))",
          Pattern.DOTALL);

  static List<Word> of(String expression) {
    List<Word> words = new ArrayList<>();
    Matcher matcher = WORD.matcher(expression);
    int at = 0;
    while (at < expression.length()) {
      if (!matcher.find(at) || matcher.start() != at) {
        throw new JinjaFault("\"" + expression.substring(at).strip() + "\" is not understood");
      }
      if (matcher.group("name") != null) {
        words.add(new Word(Kind.NAME, matcher.group("name")));
      } else if (matcher.group("number") != null) {
        words.add(new Word(Kind.NUMBER, matcher.group("number")));
      } else if (matcher.group("text") != null) {
        String quoted = matcher.group("text");
        words.add(new Word(Kind.TEXT, meant(quoted.substring(1, quoted.length() - 1))));
      } else {
        words.add(new Word(Kind.SIGN, matcher.group("sign")));
      }
      at = matcher.end();
      while (at < expression.length() && Character.isWhitespace(expression.charAt(at))) {
        at++;
      }
    }
    words.add(new Word(Kind.END, ""));
    return words;
  }

  /** A text without its escapes, as Python reads them. */
  private static String meant(String written) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < written.length(); i++) {
      char c = written.charAt(i);
      if (c != '\\') {
        text.append(c);
        continue;
      }
      i++;
      int known = "nrt\\'\"".indexOf(written.charAt(i));
      if (known >= 0) {
        text.append("\n\r\t\\'\"".charAt(known));
      } else if (written.charAt(i) == 'u' && i + 4 < written.length()) {
        text.append((char) Integer.parseInt(written.substring(i + 1, i + 5), 16));
        i += 4;
      } else {
        throw new JinjaFault("the escape \\" + written.charAt(i) + " is not supported");
      }
    }
    return text.toString();
  }
}
