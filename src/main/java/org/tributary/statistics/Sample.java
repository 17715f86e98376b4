package org.tributary.statistics;

import java.util.Collection;
import org.apache.commons.math3.distribution.TDistribution;
import org.apache.commons.math3.stat.descriptive.moment.StandardDeviation;

/**
 * Independent values, such as one score for each seed.
 *
 * @param size n, how many there are
 * @param mean x̄; NaN without values
 * @param deviation sample standard deviation s, with n - 1; NaN with fewer than two values
 */
public record Sample(int size, double mean, double deviation) {
  /** The confidence level of intervals. */
  public static final double LEVEL = 0.95;

  private static final double ROUNDING = 1e-12;

  /**
   * The sample of some values.
   *
   * @param values finite numbers
   * @return their mean and deviation
   */
  public static Sample of(Collection<Double> values) {
    double[] array = values.stream().mapToDouble(Double::doubleValue).toArray();
    double mean = values.stream().mapToDouble(Double::doubleValue).average().orElse(Double.NaN);
    double deviation = array.length < 2 ? Double.NaN : new StandardDeviation().evaluate(array);
    return new Sample(array.length, mean, deviation);
  }

  /**
   * Whether the values show how far they scatter: there are two, and they differ by more than
   * rounding.
   */
  public boolean scatters() {
    return deviation > ROUNDING * Math.abs(mean) && Double.isFinite(deviation);
  }

  /**
   * Student's interval for the mean, x̄ ± t s / √n with the quantile t of n - 1 degrees of freedom.
   *
   * @param level of confidence, such as 0.95
   * @return low and high end; NaN if the values do not scatter
   */
  public double[] interval(double level) {
    if (!scatters()) {
      return new double[] {Double.NaN, Double.NaN};
    }
    double half =
        new TDistribution(null, size - 1).inverseCumulativeProbability(0.5 + level / 2)
            * deviation
            / Math.sqrt(size);
    return new double[] {mean - half, mean + half};
  }
}
