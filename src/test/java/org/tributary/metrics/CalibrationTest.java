package org.tributary.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** The expected calibration error against its definition. */
class CalibrationTest {
  private static Calibration of(List<Double> probabilities, List<Boolean> right) {
    Calibration all = Calibration.empty();
    for (int i = 0; i < probabilities.size(); i++) {
      all = all.plus(Calibration.of(probabilities.get(i), right.get(i)));
    }
    return all;
  }

  @Test
  void twoBinsByHand() {
    // Bin (8/15, 9/15] has confidence 0.57 and accuracy 0.5, bin (14/15, 1] 0.95 and 2/3.
    Calibration all =
        of(List.of(0.56, 0.58, 0.94, 0.95, 0.96), List.of(true, false, true, true, false));
    assertThat(all.error()).isCloseTo(2.0 / 5 * 0.07 + 3.0 / 5 * (0.95 - 2.0 / 3), within(1e-12));
  }

  @Test
  void aBinHasItsUpperBound() {
    assertThat(Calibration.of(1.0, true).rows()[14]).isEqualTo(1);
    assertThat(Calibration.of(0.2, true).rows()[2]).isEqualTo(1);
    assertThat(Calibration.of(Math.nextUp(0.2), true).rows()[3]).isEqualTo(1);
    assertThat(Calibration.of(0.0, true).rows()[0]).isEqualTo(1);
  }

  @Test
  void certainAndCorrectIsPerfectAndCertainAndWrongIsWorst() {
    assertThat(of(List.of(1.0, 1.0), List.of(true, true)).error()).isZero();
    assertThat(of(List.of(1.0, 1.0), List.of(false, false)).error()).isEqualTo(1);
    assertThat(Calibration.empty().error()).isNaN();
  }

  @Test
  void equalsADirectComputation() {
    SplittableRandom random = new SplittableRandom(5);
    int n = 1000;
    double[] p = random.doubles(n).toArray();
    Calibration all = Calibration.empty();
    boolean[] right = new boolean[n];
    for (int i = 0; i < n; i++) {
      right[i] = random.nextDouble() < 0.6;
      all = all.plus(Calibration.of(p[i], right[i]));
    }
    double error = 0;
    for (int m = 1; m <= 15; m++) {
      double in = 0;
      double confidence = 0;
      double correct = 0;
      for (int i = 0; i < n; i++) {
        if (p[i] > (m - 1) / 15.0 && p[i] <= m / 15.0) {
          in++;
          confidence += p[i];
          correct += right[i] ? 1 : 0;
        }
      }
      error += in == 0 ? 0 : in / n * Math.abs(correct / in - confidence / in);
    }
    assertThat(all.error()).isCloseTo(error, within(1e-12));
  }
}
