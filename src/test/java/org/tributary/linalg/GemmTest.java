package org.tributary.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.linalg.RandomMatrices.distance;
import static org.tributary.linalg.RandomMatrices.random;

import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Products equal the triple loop, whichever operands are transposed. */
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
    assertThat(distance(c, RandomMatrices.product(a, b))).isLessThan(1e-12 * k * (m + n));
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
        Matrix term = RandomMatrices.product(a, b);
        for (int i = 0; i < term.values().length; i++) {
          expected.values()[i] += 0.1 * k * term.values()[i];
        }
      }
      assertThat(distance(sum.matrix(), expected)).isLessThan(1e-12 * m * n);
    }
  }

  @Test
  void inFloat32Too() {
    Matrix a = random(7, 3, 1);
    Matrix b = random(3, 5, 2);
    float[] product = Gemm.product(7, 5, floats(a), floats(b));
    double[] values = IntStream.range(0, product.length).mapToDouble(i -> product[i]).toArray();
    assertThat(distance(new Matrix(7, 5, values), RandomMatrices.product(a, b)))
        .isBetween(1e-9, 1e-5);
  }

  private static float[] floats(Matrix m) {
    float[] floats = new float[m.values().length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) m.values()[i];
    }
    return floats;
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
    assertThatThrownBy(() -> Gemm.product(2, 2, new float[5], new float[4]))
        .isInstanceOf(IllegalArgumentException.class);
    try (Gemm.Sum sum = new Gemm.Sum(2, 3)) {
      assertThatThrownBy(() -> sum.add(1, random(3, 1, 1), random(1, 2, 1)))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }
}
