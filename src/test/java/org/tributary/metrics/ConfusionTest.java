package org.tributary.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Scores follow from the counts, over the declared classes. */
class ConfusionTest {
  private static final Confusion SOME =
      new Confusion(new long[][] {{3, 1, 0}, {2, 4, 0}, {0, 0, 0}});

  @Test
  void f1OfAClass() {
    assertThat(SOME.f1(0)).isEqualTo(2.0 * 3 / (2 * 3 + 2 + 1));
    assertThat(SOME.f1(1)).isEqualTo(2.0 * 4 / (2 * 4 + 1 + 2));
  }

  @Test
  void aClassThatIsPredictedAsOftenAsItOccursHasItsScore() {
    assertThat(new Confusion(new long[][] {{1, 1}, {1, 2}}).f1(0)).isEqualTo(2.0 * 1 / (2 + 1 + 1));
  }

  @Test
  void aDeclaredClassThatNeverOccursCountsZero() {
    assertThat(SOME.f1(2)).isZero();
    assertThat(SOME.macroF1()).isEqualTo((6.0 / 9 + 8.0 / 11 + 0) / 3);
  }

  @Test
  void aClassThatIsOnlyPredictedCountsZero() {
    assertThat(new Confusion(new long[][] {{1, 1}, {0, 0}}).macroF1()).isEqualTo((2.0 / 3 + 0) / 2);
  }

  @Test
  void microIsTheAccuracy() {
    assertThat(SOME.microF1()).isEqualTo(0.7);
    assertThat(SOME.rows()).isEqualTo(10);
  }

  @Test
  void sumsAreByTrueAndPredictedClass() {
    Confusion missed = new Confusion(new long[][] {{0, 5, 0}, {0, 0, 0}, {0, 0, 1}});
    Confusion turned = new Confusion(new long[][] {{0, 0, 0}, {5, 0, 0}, {0, 0, 1}});
    assertThat(missed.plus(turned).counts())
        .isDeepEqualTo(new long[][] {{0, 5, 0}, {5, 0, 0}, {0, 0, 2}});
  }

  @Test
  void sumsLeaveTheirPartsAndTakeCopies() {
    long[][] mine = {{1, 0}, {0, 1}};
    Confusion one = new Confusion(mine);
    mine[0][0] = 9;
    Confusion sum = one.plus(one).plus(Confusion.empty(2));
    assertThat(one.counts()).isDeepEqualTo(new long[][] {{1, 0}, {0, 1}});
    assertThat(sum.counts()).isDeepEqualTo(new long[][] {{2, 0}, {0, 2}});
  }

  @Property
  void shardsCountAsTheWhole(
      @ForAll @Size(min = 1, max = 60) int[] seen, @ForAll @IntRange(min = 0, max = 60) int cut) {
    Confusion whole = count(seen, 0, seen.length);
    int at = Math.min(cut, seen.length);
    Confusion parts = count(seen, 0, at).plus(count(seen, at, seen.length));
    assertThat(parts.counts()).isDeepEqualTo(whole.counts());
    assertThat(whole.rows()).isEqualTo(seen.length);
    double right = 0;
    for (int x : seen) {
      right += Math.floorMod(x, 4) == Math.floorMod(x / 4, 4) ? 1 : 0;
    }
    assertThat(whole.microF1()).isCloseTo(right / seen.length, within(1e-15));
  }

  private static Confusion count(int[] seen, int from, int to) {
    long[][] counts = new long[4][4];
    for (int i = from; i < to; i++) {
      counts[Math.floorMod(seen[i], 4)][Math.floorMod(seen[i] / 4, 4)]++;
    }
    return new Confusion(counts);
  }
}
