package org.tributary.report;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;

/**
 * How far a variant is from the best one.
 *
 * @param value score of the variant minus score of the best one
 * @param low end of the interval; NaN if there is none
 * @param high end of the interval; NaN if there is none
 */
record Difference(double value, double low, double high) {
  /**
   * The difference of two variants on the same rows. With at least two common seeds it is Student's
   * interval for the differences of runs with equal seeds. With one seed and shares of rows it is
   * Newcombe's interval from two Wilson intervals (Newcombe 1998, method 10); it treats the scored
   * rows as if they were different ones, so it is rather too wide than too narrow.
   *
   * @param variant the variant
   * @param best the best one
   * @param comparisons how many variants are compared with the best one; the level is raised so
   *     that all intervals together hold with {@link Estimate#LEVEL} (Bonferroni)
   */
  static Difference of(Variant variant, Variant best, int comparisons) {
    SortedMap<Long, Double> ours = variant.bySeed();
    SortedMap<Long, Double> theirs = best.bySeed();
    double level = 1 - (1 - Estimate.LEVEL) / Math.max(1, comparisons);
    double value = variant.primary().mean() - best.primary().mean();
    List<Double> pairs = new ArrayList<>();
    ours.forEach(
        (seed, score) -> {
          if (theirs.containsKey(seed)) {
            pairs.add(score - theirs.get(seed));
          }
        });
    boolean paired = pairs.size() == ours.size() && pairs.size() == theirs.size();
    double[] ends = Estimate.none();
    if (paired && pairs.size() > 1) {
      ends = Estimate.student(pairs, level);
    } else if (ours.size() == 1 && theirs.size() == 1 && variant.ofRows() && best.ofRows()) {
      ends =
          newcombe(
              variant.primary().mean(), variant.rows(), best.primary().mean(), best.rows(), level);
    }
    return new Difference(value, ends[0], ends[1]);
  }

  /**
   * Newcombe's interval for the difference p - q of two shares: with Wilson's intervals (l, u) of
   * both, p - q - √((p - l_p)² + (u_q - q)²) to p - q + √((u_p - p)² + (q - l_q)²).
   */
  static double[] newcombe(double p, long pRows, double q, long qRows, double level) {
    double[] a = Estimate.wilson(p, pRows, level);
    double[] b = Estimate.wilson(q, qRows, level);
    return new double[] {
      p - q - Math.hypot(p - a[0], b[1] - q), p - q + Math.hypot(a[1] - p, q - b[0])
    };
  }

  /** Whether something is known about the uncertainty. */
  boolean hasInterval() {
    return !Double.isNaN(low);
  }

  /** Whether the interval shows that the variant and the best one differ. */
  boolean certain() {
    return hasInterval() && (low > 0 || high < 0);
  }
}
