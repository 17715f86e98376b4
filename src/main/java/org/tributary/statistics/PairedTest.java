package org.tributary.statistics;

import java.util.List;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * Whether the mean of paired differences is other than 0, by two tests. A pair is two runs with the
 * same seed.
 *
 * @param differences how they scatter
 * @param low end of Student's 95 % interval for the mean difference; NaN without scatter
 * @param high the other end
 * @param t mean / (s / √n) of the paired t test; NaN without scatter
 * @param tProbability two-sided p of the t test, with n - 1 degrees of freedom; NaN without scatter
 * @param flips sign assignments that the permutation test counts, 2^n; 0 without a test
 * @param flipProbability two-sided p of the permutation test; NaN without a test
 */
public record PairedTest(
    Sample differences,
    double low,
    double high,
    double t,
    double tProbability,
    long flips,
    double flipProbability) {
  /** The most pairs for which all sign assignments are counted. */
  public static final int MOST_PAIRS = 20;

  /** Sums that differ by rounding count as equal. */
  private static final double ROUNDING = 1e-12;

  /**
   * Tests differences.
   *
   * <p>The t test assumes that differences are normally distributed. The permutation test (Fisher
   * 1935, sign flips) assumes only that they are distributed symmetrically around 0 if there is no
   * effect: then each difference is as likely with the other sign. Its p is the share of all 2^n
   * sign assignments whose |sum| is at least the observed one, so at least 2 / 2^n.
   *
   * @param differences of the pairs, finite
   * @return the tests; without the t test if the differences do not scatter, without the
   *     permutation test if there are fewer than two or more than {@link #MOST_PAIRS}
   */
  public static PairedTest of(List<Double> differences) {
    Sample sample = Sample.of(differences);
    double[] ends = sample.interval(Sample.LEVEL);
    double t = Double.NaN;
    double p = Double.NaN;
    int n = sample.size();
    if (sample.scatters()) {
      t = sample.mean() / (sample.deviation() / Math.sqrt(n));
      p = 2 * new TDistribution(null, n - 1).cumulativeProbability(-Math.abs(t));
    }
    boolean flipped = n >= 2 && n <= MOST_PAIRS;
    return new PairedTest(
        sample,
        ends[0],
        ends[1],
        t,
        p,
        flipped ? 1L << n : 0,
        flipped ? extreme(differences) / (double) (1L << n) : Double.NaN);
  }

  /** How many sign assignments have a sum at least as far from 0 as the observed one. */
  private static long extreme(List<Double> differences) {
    double[] d = differences.stream().mapToDouble(Double::doubleValue).toArray();
    double observed = Math.abs(sum(d, 0));
    double size = differences.stream().mapToDouble(Math::abs).sum();
    long extreme = 0;
    for (long signs = 0; signs < 1L << d.length; signs++) {
      if (Math.abs(sum(d, signs)) >= observed - ROUNDING * size) {
        extreme++;
      }
    }
    return extreme;
  }

  private static double sum(double[] d, long signs) {
    double sum = 0;
    for (int i = 0; i < d.length; i++) {
      sum += (signs >> i & 1) == 0 ? d[i] : -d[i];
    }
    return sum;
  }

  /**
   * The smallest p that the permutation test can give.
   *
   * @param pairs how many
   * @return 2 / 2^n
   */
  public static double smallest(int pairs) {
    return Math.pow(2, 1 - pairs);
  }
}
