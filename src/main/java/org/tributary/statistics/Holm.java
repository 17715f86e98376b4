package org.tributary.statistics;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/**
 * Correction of p values for several comparisons (Holm 1979): with the m values sorted, p_(i)
 * becomes the largest of (m - j + 1) p_(j) for j up to i, at most 1. If all comparisons with a
 * corrected p below 0.05 are called significant, the probability of one or more wrong calls is at
 * most 0.05.
 */
public final class Holm {
  private Holm() {}

  /**
   * Corrects p values.
   *
   * @param p of all comparisons; NaN for one without a test, which still counts in m
   * @return corrected, in the same order
   */
  public static double[] corrected(double[] p) {
    int[] order =
        IntStream.range(0, p.length)
            .filter(i -> !Double.isNaN(p[i]))
            .boxed()
            .sorted(Comparator.comparingDouble(i -> p[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    double[] corrected = new double[p.length];
    Arrays.fill(corrected, Double.NaN);
    double largest = 0;
    for (int i = 0; i < order.length; i++) {
      largest = Math.max(largest, Math.min(1, (p.length - i) * p[order[i]]));
      corrected[order[i]] = largest;
    }
    return corrected;
  }
}
