package org.tributary.metrics;

import java.io.Serializable;

/**
 * Mean F1 of ROUGE over answers, kept as sums: sums of shards add up to that of the whole. They are
 * float64, so bit-equal results need the same shards added in the same order.
 *
 * @param rouge1Sum sum of F1 of ROUGE-1
 * @param rouge2Sum sum of F1 of ROUGE-2
 * @param rougeLSum sum of F1 of ROUGE-L
 * @param rows answers
 */
public record RougeMeans(double rouge1Sum, double rouge2Sum, double rougeLSum, long rows)
    implements Serializable {

  /**
   * No answers.
   *
   * @return all 0
   */
  public static RougeMeans empty() {
    return new RougeMeans(0, 0, 0, 0);
  }

  /**
   * Adds one answer.
   *
   * @param scores of the answer
   * @return the new sums
   */
  public RougeMeans plus(Rouge.Scores scores) {
    return plus(
        new RougeMeans(scores.rouge1().f1(), scores.rouge2().f1(), scores.rougeL().f1(), 1));
  }

  /**
   * The sum of both.
   *
   * @param other of other answers
   * @return the sum
   */
  public RougeMeans plus(RougeMeans other) {
    return new RougeMeans(
        rouge1Sum + other.rouge1Sum,
        rouge2Sum + other.rouge2Sum,
        rougeLSum + other.rougeLSum,
        rows + other.rows);
  }

  /**
   * Mean F1 of ROUGE-1.
   *
   * @return 0 to 1; NaN over no answers
   */
  public double rouge1() {
    return rouge1Sum / rows;
  }

  /**
   * Mean F1 of ROUGE-2.
   *
   * @return 0 to 1; NaN over no answers
   */
  public double rouge2() {
    return rouge2Sum / rows;
  }

  /**
   * Mean F1 of ROUGE-L.
   *
   * @return 0 to 1; NaN over no answers
   */
  public double rougeL() {
    return rougeLSum / rows;
  }
}
