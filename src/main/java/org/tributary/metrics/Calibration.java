package org.tributary.metrics;

import java.io.Serializable;
import java.util.stream.IntStream;

/**
 * How well a classifier's confidence agrees with its accuracy (Guo et al. 2017, "On Calibration of
 * Modern Neural Networks"). The confidence of a row is the probability of its predicted class. Bin
 * m of {@value #BINS} has the rows with a confidence in ((m − 1) / 15, m / 15]. Sums of shards add
 * up to those of the whole; bit-equal results need the same order.
 *
 * @param rows rows in each bin
 * @param confidence sum of the confidences in each bin
 * @param right rows in each bin whose predicted class is correct
 */
public record Calibration(long[] rows, double[] confidence, long[] right) implements Serializable {
  /** The number of bins, all of the same width. */
  public static final int BINS = 15;

  /** Copies. */
  public Calibration {
    rows = rows.clone();
    confidence = confidence.clone();
    right = right.clone();
  }

  /**
   * No rows.
   *
   * @return all 0
   */
  public static Calibration empty() {
    return new Calibration(new long[BINS], new double[BINS], new long[BINS]);
  }

  /**
   * One row.
   *
   * @param probability of the predicted class, 0 to 1
   * @param correct whether that class is correct
   * @return the sums of this row
   */
  public static Calibration of(double probability, boolean correct) {
    Calibration one = empty();
    int bin = bin(probability);
    one.rows[bin] = 1;
    one.confidence[bin] = probability;
    one.right[bin] = correct ? 1 : 0;
    return one;
  }

  /** The bin of a confidence; that of 0 is the first. The product may be rounded over a bound. */
  private static int bin(double probability) {
    int bin = (int) Math.ceil(probability * BINS) - 1;
    if (probability > (double) (bin + 1) / BINS) {
      bin++;
    } else if (probability <= (double) bin / BINS) {
      bin--;
    }
    return Math.min(BINS - 1, Math.max(0, bin));
  }

  /**
   * The sum of both.
   *
   * @param other of other rows
   * @return the sum
   */
  public Calibration plus(Calibration other) {
    Calibration sum = new Calibration(rows, confidence, right);
    for (int b = 0; b < BINS; b++) {
      sum.rows[b] += other.rows[b];
      sum.confidence[b] += other.confidence[b];
      sum.right[b] += other.right[b];
    }
    return sum;
  }

  /**
   * The expected calibration error: Σ_m |B_m| / n · |acc(B_m) − conf(B_m)|, with the share of
   * correct rows and the mean confidence of each bin.
   *
   * @return 0 to 1; NaN without rows
   */
  public double error() {
    long all = IntStream.range(0, BINS).mapToLong(b -> rows[b]).sum();
    double sum = 0;
    for (int b = 0; b < BINS; b++) {
      sum += Math.abs(right[b] - confidence[b]);
    }
    return sum / all;
  }
}
