package org.tributary.report;

import java.util.Collection;
import java.util.List;
import org.apache.commons.math3.distribution.NormalDistribution;
import org.tributary.statistics.Sample;

/**
 * A score with its uncertainty.
 *
 * @param mean over the seeds
 * @param deviation sample standard deviation over the seeds; NaN with one seed
 * @param low end of the interval; NaN if there is none
 * @param high end of the interval; NaN if there is none
 * @param seeds how many
 */
record Estimate(double mean, double deviation, double low, double high, int seeds) {
  /** The confidence level of intervals. */
  static final double LEVEL = Sample.LEVEL;

  /**
   * The estimate of a score.
   *
   * <p>With several seeds the interval is Student's for the mean of independent runs, mean ± t s /
   * √n with n - 1 degrees of freedom. With one seed and a share of independent rows it is Wilson's
   * score interval (Wilson 1927). Otherwise nothing is known about the uncertainty.
   *
   * @param values one for each seed
   * @param share whether each value is the share of rows for which something holds
   * @param rows that were scored, in each seed the same
   */
  static Estimate of(List<Double> values, boolean share, long rows) {
    double mean = mean(values);
    if (values.size() > 1) {
      double[] ends = student(values, LEVEL);
      return new Estimate(mean, deviation(values), ends[0], ends[1], values.size());
    }
    double[] ends = share && values.size() == 1 && rows > 0 ? wilson(mean, rows, LEVEL) : none();
    return new Estimate(mean, Double.NaN, ends[0], ends[1], values.size());
  }

  /** Whether something is known about the uncertainty. */
  boolean hasInterval() {
    return !Double.isNaN(low);
  }

  /** The mean; NaN without values. */
  static double mean(Collection<Double> values) {
    return Sample.of(values).mean();
  }

  /** The sample standard deviation; NaN with fewer than two values. */
  static double deviation(Collection<Double> values) {
    return Sample.of(values).deviation();
  }

  /** Student's interval for a mean; see {@link Sample#interval}. */
  static double[] student(List<Double> values, double level) {
    return Sample.of(values).interval(level);
  }

  /**
   * Wilson's score interval for a share p of n rows: (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 +
   * z²/n).
   */
  static double[] wilson(double share, long rows, double level) {
    double z = new NormalDistribution(null, 0, 1).inverseCumulativeProbability(0.5 + level / 2);
    double square = z * z / rows;
    double middle = share + square / 2;
    double half = Math.sqrt(Math.max(0, share * (1 - share) * square + square * square / 4));
    return new double[] {
      Math.max(0, (middle - half) / (1 + square)), Math.min(1, (middle + half) / (1 + square))
    };
  }

  static double[] none() {
    return new double[] {Double.NaN, Double.NaN};
  }
}
