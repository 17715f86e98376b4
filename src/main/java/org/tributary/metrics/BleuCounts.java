package org.tributary.metrics;

import java.io.Serializable;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The counts of a set of answers for corpus BLEU. Counts of parts add up exactly to those of the
 * whole, in any order, so shards can be counted separately.
 *
 * @param matches n-grams of the predictions that are in their references too, clipped; by order 1
 *     to 4
 * @param totals n-grams of the predictions, by order 1 to 4
 * @param predictionLength tokens of the predictions
 * @param referenceLength tokens of the references
 */
public record BleuCounts(
    List<Long> matches, List<Long> totals, long predictionLength, long referenceLength)
    implements Serializable {
  /** The longest n-gram counted. */
  public static final int ORDERS = 4;

  /**
   * Copies.
   *
   * @throws IllegalArgumentException if there are not four orders
   */
  public BleuCounts {
    matches = List.copyOf(matches);
    totals = List.copyOf(totals);
    if (matches.size() != ORDERS || totals.size() != ORDERS) {
      throw new IllegalArgumentException("BLEU counts of orders other than 1 to " + ORDERS);
    }
  }

  /**
   * Counts of no answers.
   *
   * @return all 0
   */
  public static BleuCounts empty() {
    List<Long> zeros = Collections.nCopies(ORDERS, 0L);
    return new BleuCounts(zeros, zeros, 0, 0);
  }

  /**
   * Counts of one answer.
   *
   * @param prediction its tokens
   * @param reference tokens of the right answer
   * @return its counts
   */
  static BleuCounts of(List<String> prediction, List<String> reference) {
    List<Long> matches =
        IntStream.rangeClosed(1, ORDERS)
            .mapToObj(n -> NGrams.common(NGrams.of(prediction, n), NGrams.of(reference, n)))
            .toList();
    List<Long> totals =
        IntStream.rangeClosed(1, ORDERS).mapToObj(n -> NGrams.total(prediction, n)).toList();
    return new BleuCounts(matches, totals, prediction.size(), reference.size());
  }

  /**
   * The sum of both.
   *
   * @param other of other answers
   * @return the sum
   */
  public BleuCounts plus(BleuCounts other) {
    return new BleuCounts(
        sum(matches, other.matches),
        sum(totals, other.totals),
        predictionLength + other.predictionLength,
        referenceLength + other.referenceLength);
  }

  private static List<Long> sum(List<Long> a, List<Long> b) {
    return IntStream.range(0, ORDERS).mapToObj(i -> a.get(i) + b.get(i)).toList();
  }
}
