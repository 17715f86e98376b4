package org.tributary.metrics;

import java.io.Serializable;

/**
 * The share of answers that are the reference, character by character, except for white space (of
 * Unicode) before and after. Case, punctuation and inner white space count; two blank texts match.
 *
 * @param matches answers that match
 * @param rows answers
 */
public record ExactMatch(long matches, long rows) implements Serializable {

  /**
   * No answers.
   *
   * @return both 0
   */
  public static ExactMatch empty() {
    return new ExactMatch(0, 0);
  }

  /**
   * Adds one answer.
   *
   * @param prediction the generated answer
   * @param reference the right answer
   * @return the new sums
   */
  public ExactMatch plus(String prediction, String reference) {
    boolean same = Tokenizer13a.trimmed(prediction).equals(Tokenizer13a.trimmed(reference));
    return plus(new ExactMatch(same ? 1 : 0, 1));
  }

  /**
   * The sum of both.
   *
   * @param other of other answers
   * @return the sum
   */
  public ExactMatch plus(ExactMatch other) {
    return new ExactMatch(matches + other.matches, rows + other.rows);
  }

  /**
   * The share.
   *
   * @return 0 to 1; NaN over no answers
   */
  public double value() {
    return (double) matches / rows;
  }
}
