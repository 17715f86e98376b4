package org.tributary.statistics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import org.apache.commons.math3.stat.inference.TestUtils;
import org.junit.jupiter.api.Test;

/** Cases that are computed by hand. */
class PairedTestTest {
  /**
   * Differences 1, 2, 3: mean 2, s = 1, t = 2 / (1 / √3) = 2 √3. With two degrees of freedom the
   * distribution is F(t) = 1/2 + t / (2 √(2 + t²)), so p = 1 - t / √(2 + t²) = 1 - √(12/14). The
   * quantile 0.975 is 4.302653 (any table). Of the 8 sign assignments only the observed one and its
   * negative have |sum| of 6.
   */
  @Test
  void threeDifferences() {
    PairedTest test = PairedTest.of(List.of(1.0, 2.0, 3.0));
    assertThat(test.differences()).isEqualTo(new Sample(3, 2, 1));
    assertThat(test.t()).isCloseTo(2 * Math.sqrt(3), within(1e-14));
    assertThat(test.tProbability()).isCloseTo(1 - Math.sqrt(12 / 14.0), within(1e-12));
    assertThat(test.low()).isCloseTo(2 - 4.302653 / Math.sqrt(3), within(1e-6));
    assertThat(test.high()).isCloseTo(2 + 4.302653 / Math.sqrt(3), within(1e-6));
    assertThat(test.flips()).isEqualTo(8);
    assertThat(test.flipProbability()).isEqualTo(0.25).isEqualTo(PairedTest.smallest(3));
  }

  /**
   * Differences 3, 1, -2: the sum is 2. Sums of the sign assignments: ±6, ±2 (3 + 1 - 2), ±4 (3 - 1
   * + 2), ±0 (3 - 1 - 2): 6 of 8 are at least 2 from 0.
   */
  @Test
  void signAssignmentsAreCounted() {
    PairedTest test = PairedTest.of(List.of(3.0, 1.0, -2.0));
    assertThat(test.flipProbability()).isEqualTo(6 / 8.0);
    assertThat(PairedTest.of(List.of(1.0, -1.0)).flipProbability()).isEqualTo(1);
  }

  /** 0.1 + 0.2 + 0.3 has another last bit than 0.3 + 0.2 + 0.1, but is the same sum. */
  @Test
  void roundingDoesNotChangeTheCount() {
    List<Double> one = List.of(0.1, 0.2, 0.3, -0.6);
    List<Double> other = List.of(-0.6, 0.3, 0.2, 0.1);
    assertThat(PairedTest.of(one).flipProbability())
        .isEqualTo(PairedTest.of(other).flipProbability())
        .isEqualTo(1);
    assertThat(PairedTest.of(List.of(0.1, 0.2, 0.3)).flipProbability()).isEqualTo(0.25);
  }

  /** Student's sleep data (1908), the differences of two drugs: t = 4.0621, p = 0.002833. */
  @Test
  void publishedData() {
    List<Double> sleep = List.of(1.2, 2.4, 1.3, 1.3, 0.0, 1.0, 1.8, 0.8, 4.6, 1.4);
    PairedTest test = PairedTest.of(sleep);
    assertThat(test.t()).isCloseTo(4.0621, within(5e-5));
    assertThat(test.tProbability()).isCloseTo(0.002833, within(5e-7));
    assertThat(test.low()).isCloseTo(0.7001142, within(1e-6));
    assertThat(test.high()).isCloseTo(2.4598858, within(1e-6));
    // All are at least 0, so only zero may change its sign: 2 x 2 of 1024.
    assertThat(test.flipProbability()).isEqualTo(4 / 1024.0);
    double[] d = sleep.stream().mapToDouble(Double::doubleValue).toArray();
    assertThat(test.tProbability()).isCloseTo(TestUtils.tTest(0, d), within(1e-12));
  }

  @Test
  void whatCannotBeTestedIsNotANumber() {
    PairedTest equal = PairedTest.of(List.of(0.5, 0.5, 0.5));
    assertThat(equal.t()).isNaN();
    assertThat(equal.low()).isNaN();
    assertThat(equal.flipProbability()).isEqualTo(0.25);
    PairedTest rounded = PairedTest.of(List.of(0.65 - 0.6, 0.7 - 0.65, 0.35 - 0.3));
    assertThat(rounded.tProbability()).as("0.05 three times, but for rounding").isNaN();
    PairedTest one = PairedTest.of(List.of(0.5));
    assertThat(one.differences().mean()).isEqualTo(0.5);
    assertThat(one.differences().deviation()).isNaN();
    assertThat(one.tProbability()).isNaN();
    assertThat(one.flips()).isZero();
    assertThat(one.flipProbability()).isNaN();
    PairedTest many = PairedTest.of(Collections.nCopies(PairedTest.MOST_PAIRS + 1, 1.0));
    assertThat(many.flipProbability()).isNaN();
    assertThat(PairedTest.of(List.of()).differences().mean()).isNaN();
  }

  /** p = 0.01, 0.04, 0.03, 0.005 sorted: 4 x 0.005, 3 x 0.01, 2 x 0.03, max(0.06, 0.04). */
  @Test
  void holm() {
    assertThat(Holm.corrected(new double[] {0.01, 0.04, 0.03, 0.005}))
        .containsExactly(new double[] {0.03, 0.06, 0.06, 0.02}, within(1e-15));
    assertThat(Holm.corrected(new double[] {0.5, 0.6})).containsExactly(1, 1);
    assertThat(Holm.corrected(new double[] {0.01, Double.NaN})).containsExactly(0.02, Double.NaN);
    assertThat(Holm.corrected(new double[0])).isEmpty();
  }
}
