package org.tributary.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.linalg.Matrices.distance;
import static org.tributary.linalg.Matrices.random;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/** Products equal the triple loop, whatever is transposed. */
class GemmTest {
  @Property(tries = 60)
  void equalsTheTripleLoop(
      @ForAll @IntRange(min = 1, max = 33) int m,
      @ForAll @IntRange(min = 1, max = 20) int k,
      @ForAll @IntRange(min = 1, max = 27) int n,
      @ForAll boolean transposeA,
      @ForAll boolean transposeB,
      @ForAll long seed) {
    Matrix a = random(m, k, seed);
    Matrix b = random(k, n, seed + 1);
    Matrix c =
        Gemm.product(
            transposeA ? a.transposed() : a,
            transposeA,
            transposeB ? b.transposed() : b,
            transposeB);
    assertThat(distance(c, Matrices.product(a, b))).isLessThan(1e-12 * k * (m + n));
  }

  @Property(tries = 30)
  void aSumOfProductsAddsEveryTerm(
      @ForAll @IntRange(min = 1, max = 17) int m,
      @ForAll @IntRange(min = 1, max = 23) int n,
      @ForAll long seed) {
    Matrix expected = Matrix.zeros(m, n);
    try (Gemm.Sum sum = new Gemm.Sum(m, n)) {
      for (int k = 1; k < 5; k++) {
        Matrix a = random(m, k, seed + k);
        Matrix b = random(k, n, seed - k);
        sum.add(0.1 * k, a, b);
        Matrix term = Matrices.product(a, b);
        for (int i = 0; i < term.values().length; i++) {
          expected.values()[i] += 0.1 * k * term.values()[i];
        }
      }
      assertThat(distance(sum.matrix(), expected)).isLessThan(1e-12 * m * n);
    }
  }

  @Test
  void tensorsKeepTheirType() {
    Matrix a = random(7, 3, 1);
    Matrix b = random(3, 5, 2);
    Matrix exact = Matrices.product(a, b);
    HostTensor f64 = Gemm.product(a.tensor(DType.F64), b.tensor(DType.F64));
    HostTensor f32 = Gemm.product(a.tensor(DType.F32), b.tensor(DType.F32));
    assertThat(f64.dtype()).isEqualTo(DType.F64);
    assertThat(f32.dtype()).isEqualTo(DType.F32);
    assertThat(f32.shape()).containsExactly(7, 5);
    assertThat(distance(Matrix.of(f64), exact)).isLessThan(1e-13);
    assertThat(distance(Matrix.of(f32), exact)).isBetween(1e-9, 1e-5);
  }

  @Test
  void theSameBitsAgainAndFromAnotherThread() throws Exception {
    Matrix a = random(300, 77, 3);
    Matrix b = random(77, 410, 4);
    double[] once = Gemm.product(a, b).values();
    double[][] again = new double[1][];
    Thread other = new Thread(() -> again[0] = Gemm.product(a, b).values());
    other.start();
    other.join();
    assertThat(again[0]).isEqualTo(once);
    assertThat(Gemm.product(a, b).values()).isEqualTo(once);
  }

  @Test
  void shapesThatDoNotFitAreRefused() {
    assertThatThrownBy(() -> Gemm.product(random(2, 3, 1), random(2, 3, 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(
            () ->
                Gemm.product(random(2, 2, 1).tensor(DType.F32), random(2, 2, 1).tensor(DType.F64)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("types");
  }
}
