package org.tributary.rows;

import java.util.Optional;

/**
 * What the longest length leaves of rows, of those that were looked at.
 *
 * @param looked rows that were looked at
 * @param cut rows among them that are longer
 * @param answers rows among these that lose tokens of answers; 0 for classification
 * @param tokens of all answers, their ends among them; 0 for classification
 * @param left of these tokens, those that count in the loss
 */
public record Truncation(long looked, long cut, long answers, long tokens, long left) {
  /** Nothing was looked at. */
  public static final Truncation NONE = new Truncation(0, 0, 0, 0, 0);

  /** Rows of a file that are looked at, evenly spread: making tokens of all would cost a round. */
  static final int LOOKED = 100;

  /** A row without an answer. */
  public static Truncation text(boolean cut) {
    return new Truncation(1, cut ? 1 : 0, 0, 0, 0);
  }

  /**
   * A row with answers.
   *
   * @param cut whether the row is longer than the model reads
   * @param tokens of its answers, before it was cut
   * @param left of them
   * @return of this one row
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
   * Both together.
   *
   * @param other of other rows
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

  /** Whether there are answers, and no token of any is left. */
  public boolean leavesNothing() {
    return tokens > 0 && left == 0;
  }

  /**
   * What people should know.
   *
   * @param maxLength the most ids of a row
   * @return empty where nothing is cut
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
