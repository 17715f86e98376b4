package org.tributary.text.tokenizer;

import org.tributary.error.WrongInput;

/**
 * The texts that the tokenizers library takes: their time and memory stay bounded.
 *
 * @param longest the most characters of a text
 * @param runs characters whose runs take the square of their length
 * @param squares the most that the squares of the lengths of all runs of one of them may add up to
 */
public record TextLimit(int longest, String runs, double squares) {
  /** The limit of a text if an expression may be quadratic in its length. */
  static final int LONGEST_OF_SQUARE = 20_000;

  /**
   * Refuses a text that is too long.
   *
   * @param text to make tokens of
   * @param name of the tokenizer in messages
   * @param where begins the message; may be empty
   * @throws WrongInput with the limit
   */
  public void check(String text, String name, String where) {
    if (text.length() > longest) {
      throw new WrongInput(
          "%sa text of %,d characters (\"%s...\") is longer than the %,d that %s takes; cut it into several"
              .formatted(where, text.length(), text.substring(0, 40), longest, name));
    }
    if (text.length() <= LONGEST_OF_SQUARE) {
      return;
    }
    for (int i = 0; i < runs.length(); i++) {
      if (squares(text, runs.charAt(i)) > squares) {
        throw new WrongInput(
            "%sa text of %,d characters (\"%s...\") has longer runs of '%s' than %s takes; shorten them"
                .formatted(where, text.length(), text.substring(0, 40), runs.charAt(i), name));
      }
    }
  }

  /** The sum of the squares of all runs of a character. */
  private static double squares(String text, char repeated) {
    double sum = 0;
    double run = 0;
    for (int i = 0; i < text.length(); i++) {
      run = text.charAt(i) == repeated ? run + 1 : 0;
      sum += Math.max(0, 2 * run - 1); // 1 + 3 + ... + (2n - 1) = n²
    }
    return sum;
  }
}
