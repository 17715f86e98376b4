package org.tributary.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.linalg.RandomMatrices.distance;
import static org.tributary.linalg.RandomMatrices.norm;
import static org.tributary.linalg.RandomMatrices.random;
import static org.tributary.linalg.RandomMatrices.skew;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The methods for small and large matrices give the same decompositions, which are correct. */
class DecompositionsTest {
  private static final double CLOSE = 1e-10;

  private static void check(Matrix m, Svd svd) {
    assertThat(distance(svd.product(), m)).isLessThan(CLOSE * (1 + norm(m)));
    assertThat(skew(svd.u())).isLessThan(CLOSE);
    assertThat(skew(svd.v())).isLessThan(CLOSE);
    for (int j = 0; j < svd.s().length; j++) {
      assertThat(svd.s()[j]).isNotNegative();
      assertThat(j == 0 || svd.s()[j] <= svd.s()[j - 1]).isTrue();
      double largest = 0;
      for (int i = 0; i < svd.u().rows(); i++) {
        double x = svd.u().at(i, j);
        largest = Math.abs(x) > Math.abs(largest) ? x : largest;
      }
      assertThat(largest).isPositive();
    }
  }

  @Property(tries = 40)
  void bothWaysAgree(
      @ForAll @IntRange(min = 1, max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 40) int columns,
      @ForAll long seed) {
    Matrix m = random(rows, columns, seed);
    Svd small = Decompositions.smallSvd(m);
    Svd large = Decompositions.largeSvd(m);
    check(m, small);
    check(m, large);
    assertThat(distance(small.product(), large.product())).isLessThan(CLOSE);
    for (int j = 0; j < small.s().length; j++) {
      assertThat(Math.abs(small.s()[j] - large.s()[j])).isLessThan(CLOSE);
    }
  }

  @Property(tries = 40)
  void bothQrsAgree(
      @ForAll @IntRange(min = 1, max = 20) int columns,
      @ForAll @IntRange(min = 0, max = 30) int more,
      @ForAll long seed) {
    Matrix m = random(columns + more, columns, seed);
    Qr small = Decompositions.smallQr(m);
    Qr large = Decompositions.largeQr(m);
    for (Qr qr : new Qr[] {small, large}) {
      assertThat(distance(RandomMatrices.product(qr.q(), qr.r()), m)).isLessThan(CLOSE);
      assertThat(skew(qr.q())).isLessThan(CLOSE);
      for (int i = 0; i < columns; i++) {
        assertThat(qr.r().at(i, i)).isNotNegative();
        for (int j = 0; j < i; j++) {
          assertThat(qr.r().at(i, j)).isZero();
        }
      }
    }
    assertThat(
            distance(
                RandomMatrices.product(small.q(), small.r()),
                RandomMatrices.product(large.q(), large.r())))
        .isLessThan(CLOSE);
  }

  @ParameterizedTest
  @CsvSource({"65, 64", "64, 65", "300, 40", "40, 300", "64, 64", "128, 128"})
  void aroundTheThreshold(int rows, int columns) {
    Matrix m = random(rows, columns, 5);
    check(m, Decompositions.svd(m));
    Svd other =
        Math.max(rows, columns) > Decompositions.SMALL
            ? Decompositions.smallSvd(m)
            : Decompositions.largeSvd(m);
    assertThat(distance(Decompositions.svd(m).product(), other.product())).isLessThan(CLOSE);
    assertThat(distance(Decompositions.svd(m).u(), other.u())).as("signs").isLessThan(1e-6);
  }

  @Test
  void whatHasLessThanFullRankStillHasOrthonormalVectors() {
    for (int columns : new int[] {9, 140}) {
      Matrix zeros = Matrix.zeros(150, columns);
      assertThat(skew(Decompositions.qr(zeros).q())).isLessThan(CLOSE);
      assertThat(skew(Decompositions.svd(zeros).v())).isLessThan(CLOSE);
      Matrix one = RandomMatrices.product(random(150, 1, 1), random(1, columns, 2));
      check(one, Decompositions.svd(one));
      check(one, Decompositions.smallSvd(one));
      assertThat(skew(Decompositions.qr(one).q())).isLessThan(CLOSE);
      assertThat(skew(Decompositions.smallQr(one).q())).isLessThan(CLOSE);
    }
  }

  @Test
  void aWideMatrixHasNoThinQr() {
    assertThatThrownBy(() -> Decompositions.qr(random(3, 4, 1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
