package org.tributary.metrics;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The tokens for BLEU, by the rules of NIST's mteval-v13a, which sacrebleu calls 13a (M. Post, "A
 * Call for Clarity in Reporting BLEU Scores", 2018). Punctuation marks and signs are separate
 * tokens; a period or comma stays inside a number; a dash after a digit is a separate token.
 */
final class Tokenizer13a {
  /** White space of Unicode and Python, including the four information separators. */
  private static final Pattern SPACES = Pattern.compile("(?U)[\\s\\x1c-\\x1f]+");

  /** ASCII punctuation without apostrophe, comma, dash and period. */
  private static final Pattern MARK = Pattern.compile("([{-~\\[-` -&(-+:-@/])");

  private static final Pattern POINT_AFTER_TEXT = Pattern.compile("([^0-9])([.,])");
  private static final Pattern POINT_BEFORE_TEXT = Pattern.compile("([.,])([^0-9])");
  private static final Pattern DASH_AFTER_DIGIT = Pattern.compile("([0-9])(-)");

  private Tokenizer13a() {}

  /**
   * Tokens of a text.
   *
   * @param text one or more lines; a word that is split by a dash and a line end is joined
   * @param lowercase whether case is dropped first
   * @return tokens in order; none if the text is blank
   */
  static List<String> tokens(String text, boolean lowercase) {
    String line = trimmed(lowercase ? text.toLowerCase(Locale.ROOT) : text);
    line = line.replace("<skipped>", "").replace("-\n", "").replace('\n', ' ');
    // In this order a double escape (&amp;lt;) is unescaped twice, as in mteval.
    line = line.replace("&quot;", "\"").replace("&amp;", "&");
    line = line.replace("&lt;", "<").replace("&gt;", ">");
    line = MARK.matcher(" " + line + " ").replaceAll(" $1 ");
    line = POINT_AFTER_TEXT.matcher(line).replaceAll("$1 $2 ");
    line = POINT_BEFORE_TEXT.matcher(line).replaceAll(" $1 $2");
    line = trimmed(DASH_AFTER_DIGIT.matcher(line).replaceAll("$1 $2 "));
    return line.isEmpty() ? List.of() : List.of(SPACES.split(line));
  }

  /**
   * A text without the white space around it.
   *
   * @param text any
   * @return the text; empty if there is only white space
   */
  static String trimmed(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && SPACES.matcher(text.substring(from, from + 1)).matches()) {
      from++;
    }
    while (from < to && SPACES.matcher(text.substring(to - 1, to)).matches()) {
      to--;
    }
    return text.substring(from, to);
  }
}
