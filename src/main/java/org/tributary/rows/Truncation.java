package org.tributary.rows;

import java.util.Optional;

/**
 * How the longest length shortens rows, among those that were checked.
 *
 * @param looked number of checked rows
 * @param cut number of rows among them that are longer
 * @param answers number of rows among these that lose tokens of answers; 0 for classification
 * @param tokens number of tokens of all answers, including their ends; 0 for classification
 * @param left number of these tokens that count in the loss
 */
public record Truncation(long looked, long cut, long answers, long tokens, long left) {
  /** No row was checked. */
  public static final Truncation NONE = new Truncation(0, 0, 0, 0, 0);

  /**
   * The number of rows of a file that are checked, evenly spread. To tokenize all rows would take
   * as long as a round.
   */
  static final int LOOKED = 100;

  /** A row without an answer. */
  public static Truncation text(boolean cut) {
    return new Truncation(1, cut ? 1 : 0, 0, 0, 0);
  }

  /**
   * A row with answers.
   *
   * @param cut whether the row is longer than the model reads
   * @param tokens number of tokens of its answers before the cut
   * @param left number of them that remain
   * @return the truncation of this row
   */
  public static Truncation answers(boolean cut, long tokens, long left) {
    return new Truncation(1, cut ? 1 : 0, left < tokens ? 1 : 0, tokens, left);
  }

  /**
   * The step between the rows that are checked.
   *
   * @param rows of a file
   * @return at least 1
   */
  public static long every(long rows) {
    return Math.max(1, (rows + LOOKED - 1) / LOOKED);
  }

  /**
   * Adds two truncations.
   *
   * @param other truncation of other rows
   * @return sums
   */
  public Truncation plus(Truncation other) {
    return new Truncation(
        looked + other.looked,
        cut + other.cut,
        answers + other.answers,
        tokens + other.tokens,
        left + other.left);
  }

  /** Whether there are answers and no token of any of them remains. */
  public boolean leavesNothing() {
    return tokens > 0 && left == 0;
  }

  /**
   * A note for the user.
   *
   * @param maxLength the most ids of a row
   * @return empty if nothing is cut
   */
  public Optional<String> told(int maxLength) {
    if (cut == 0) {
      return Optional.empty();
    }
    String rows =
        "%,d of %,d rows that were looked at (%s) are longer than model.maxLength %d and are cut"
            .formatted(cut, looked, percent(cut, looked), maxLength);
    String lost =
        tokens == 0
            ? ""
            : "; %s; %s of the answers' tokens are left"
                .formatted(
                    answers == 0
                        ? "they lose what is before their last answers"
                        : "%,d of them lose tokens of their answers".formatted(answers),
                    percent(left, tokens));
    return Optional.of(rows + lost);
  }

  private static String percent(long part, long of) {
    double share = 100.0 * part / of;
    // A share is never rounded to all or nothing.
    double told = part > 0 && part < of ? Math.min(99.9, Math.max(0.1, share)) : share;
    return "%.1f %%".formatted(told);
  }
}
