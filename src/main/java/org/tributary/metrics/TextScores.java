package org.tributary.metrics;

import java.io.Serializable;

/**
 * All scores of generated answers against right answers, as sums. Shards are scored separately and
 * added in the order of their rows.
 *
 * @param bleu counts for {@link Bleu#corpus()}
 * @param rouge means without stemming
 * @param stemmedRouge means with stemming
 * @param exactMatch share of answers right to the letter
 */
public record TextScores(
    BleuCounts bleu, RougeMeans rouge, RougeMeans stemmedRouge, ExactMatch exactMatch)
    implements Serializable {

  /**
   * No answers.
   *
   * @return all 0
   */
  public static TextScores empty() {
    return new TextScores(
        BleuCounts.empty(), RougeMeans.empty(), RougeMeans.empty(), ExactMatch.empty());
  }

  /**
   * Adds one answer.
   *
   * @param prediction the generated answer
   * @param reference the right answer
   * @return the new sums
   */
  public TextScores plus(String prediction, String reference) {
    return new TextScores(
        bleu.plus(Bleu.corpus().counts(prediction, reference)),
        rouge.plus(new Rouge(false).score(prediction, reference)),
        stemmedRouge.plus(new Rouge(true).score(prediction, reference)),
        exactMatch.plus(prediction, reference));
  }

  /**
   * The sum of both.
   *
   * @param other of other answers
   * @return the sum
   */
  public TextScores plus(TextScores other) {
    return new TextScores(
        bleu.plus(other.bleu),
        rouge.plus(other.rouge),
        stemmedRouge.plus(other.stemmedRouge),
        exactMatch.plus(other.exactMatch));
  }

  /**
   * Answers scored.
   *
   * @return their number
   */
  public long rows() {
    return exactMatch.rows();
  }
}
