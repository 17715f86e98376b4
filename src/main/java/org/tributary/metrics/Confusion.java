package org.tributary.metrics;

import java.util.Arrays;

/**
 * The confusion matrix of a classifier over its declared classes, and the scores that follow from
 * it. A class that never occurs and is never predicted counts as F1 0, as in scikit-learn with
 * {@code labels} given and zero_division 0.
 *
 * @param counts rows by true class, then predicted class
 */
public record Confusion(long[][] counts) {

  /** Copies. */
  public Confusion {
    counts = Arrays.stream(counts).map(long[]::clone).toArray(long[][]::new);
  }

  /**
   * An empty matrix.
   *
   * @param classes declared
   * @return all counts 0
   */
  public static Confusion empty(int classes) {
    return new Confusion(new long[classes][classes]);
  }

  /**
   * The sum of both.
   *
   * @param other over the same classes
   * @return the sum
   */
  public Confusion plus(Confusion other) {
    Confusion sum = new Confusion(counts);
    for (int t = 0; t < counts.length; t++) {
      for (int p = 0; p < counts.length; p++) {
        sum.counts[t][p] += other.counts[t][p];
      }
    }
    return sum;
  }

  /**
   * Rows counted.
   *
   * @return the sum of the matrix
   */
  public long rows() {
    return Arrays.stream(counts).flatMapToLong(Arrays::stream).sum();
  }

  /**
   * F1 of a class: 2 tp / (2 tp + fp + fn).
   *
   * @param c index of the class
   * @return 0 if it neither occurs nor is predicted
   */
  public double f1(int c) {
    long both = occurs(c) + predicted(c);
    return both == 0 ? 0 : 2.0 * counts[c][c] / both;
  }

  /**
   * Rows of a class.
   *
   * @param c index of the class
   * @return tp + fn
   */
  public long occurs(int c) {
    return Arrays.stream(counts[c]).sum();
  }

  /**
   * Rows for which a class is predicted.
   *
   * @param c index of the class
   * @return tp + fp
   */
  public long predicted(int c) {
    return Arrays.stream(counts).mapToLong(row -> row[c]).sum();
  }

  /**
   * Precision of a class: tp / (tp + fp).
   *
   * @param c index of the class
   * @return 0 if it is never predicted
   */
  public double precision(int c) {
    return predicted(c) == 0 ? 0 : (double) counts[c][c] / predicted(c);
  }

  /**
   * Recall of a class: tp / (tp + fn).
   *
   * @param c index of the class
   * @return 0 if it never occurs
   */
  public double recall(int c) {
    return occurs(c) == 0 ? 0 : (double) counts[c][c] / occurs(c);
  }

  /**
   * The mean F1 over the declared classes.
   *
   * @return in [0, 1]
   */
  public double macroF1() {
    double sum = 0;
    for (int c = 0; c < counts.length; c++) {
      sum += f1(c);
    }
    return sum / counts.length;
  }

  /**
   * F1 over all decisions, which is the accuracy if every row has one class and one prediction.
   *
   * @return in [0, 1]
   */
  public double microF1() {
    long right = 0;
    for (int c = 0; c < counts.length; c++) {
      right += counts[c][c];
    }
    return (double) right / rows();
  }
}
