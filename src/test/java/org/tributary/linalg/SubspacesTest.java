package org.tributary.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.junit.jupiter.api.Test;

/** Ranks, angles and shares against direct computations by another library, and planted cases. */
class SubspacesTest {
  private final SplittableRandom random = new SplittableRandom(3);

  private Matrix gaussian(int m, int n) {
    double[] values = new double[m * n];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian();
    }
    return new Matrix(m, n, values);
  }

  private static RealMatrix real(Matrix m) {
    RealMatrix real = new Array2DRowRealMatrix(m.rows(), m.columns());
    for (int i = 0; i < m.rows(); i++) {
      for (int j = 0; j < m.columns(); j++) {
        real.setEntry(i, j, m.at(i, j));
      }
    }
    return real;
  }

  private static Spectrum spectrum(Matrix m) {
    return new Spectrum(Decompositions.svd(m).s());
  }

  @Test
  void ranksOfKnownSpectra() {
    Spectrum equal = new Spectrum(new double[] {2, 2, 2, 2});
    assertThat(equal.stableRank()).isCloseTo(4, within(1e-12));
    assertThat(equal.effectiveRank()).isCloseTo(4, within(1e-12));
    assertThat(equal.norm()).isCloseTo(4, within(1e-12));
    assertThat(equal.energyBeyond(3)).isCloseTo(0.25, within(1e-12));
    Spectrum one = new Spectrum(new double[] {3, 0, 0});
    assertThat(one.stableRank()).isEqualTo(1);
    assertThat(one.effectiveRank()).isEqualTo(1);
    assertThat(one.rank()).isEqualTo(1);
    assertThat(one.energyBeyond(1)).isZero();
    Spectrum two = new Spectrum(new double[] {3, 1});
    double entropy = -(0.75 * Math.log(0.75) + 0.25 * Math.log(0.25));
    assertThat(two.effectiveRank()).isCloseTo(Math.exp(entropy), within(1e-12));
    assertThat(two.stableRank()).isCloseTo(10.0 / 9, within(1e-12));
    Spectrum zero = new Spectrum(new double[] {0, 0});
    assertThat(zero.rank()).isZero();
    assertThat(zero.norm()).isZero();
    assertThat(zero.effectiveRank()).isNaN();
    assertThat(zero.stableRank()).isNaN();
  }

  @Test
  void aProductHasTheRankOfItsFactors() {
    Matrix product = Gemm.product(gaussian(30, 3), gaussian(3, 20));
    assertThat(spectrum(product).rank()).isEqualTo(3);
    assertThat(spectrum(gaussian(30, 20)).rank()).isEqualTo(20);
  }

  @Test
  void aSumOfFactorsHasTheValuesOfTheMatrix() {
    Matrix b = gaussian(30, 3);
    Matrix a = gaussian(3, 20);
    Matrix c = gaussian(30, 2);
    Matrix d = gaussian(2, 20);
    MatrixSum sum = MatrixSum.of(0.5, b, a).minus(MatrixSum.of(2, c, d));
    RealMatrix subtracted = real(c).multiply(real(d)).scalarMultiply(2);
    RealMatrix direct = real(b).multiply(real(a)).scalarMultiply(0.5).subtract(subtracted);
    double[] expected = new SingularValueDecomposition(direct).getSingularValues();
    assertThat(sum.svd().s()).containsExactly(Arrays.copyOf(expected, 5), within(1e-10));
    assertThat(sum.svd().product().values()).containsExactly(sum.matrix().values(), within(1e-10));
    Matrix whole = gaussian(30, 20);
    double[] more = sum.plus(MatrixSum.of(whole)).svd().s();
    double[] all = new SingularValueDecomposition(direct.add(real(whole))).getSingularValues();
    assertThat(more).containsExactly(all, within(1e-10));
    assertThat(sum.minus(sum).svd().s()[0]).isCloseTo(0, within(1e-10));
  }

  @Test
  void anglesOfKnownPlanes() {
    // The plane of x and y, and that of x and a direction 30 degrees above y.
    Matrix first = new Matrix(3, 2, new double[] {1, 0, 0, 1, 0, 0});
    double c = Math.cos(Math.toRadians(30));
    double s = Math.sin(Math.toRadians(30));
    Matrix second = new Matrix(3, 2, new double[] {1, 0, 0, c, 0, s});
    assertThat(Subspaces.angles(first, second)).containsExactly(new double[] {0, 30}, within(1e-6));
    assertThat(Subspaces.overlap(first, second)).isCloseTo((1 + c * c) / 2, within(1e-12));
    Matrix z = new Matrix(3, 1, new double[] {0, 0, 1});
    assertThat(Subspaces.angles(first, z)).containsExactly(new double[] {90}, within(1e-6));
    assertThat(Subspaces.overlap(first, z)).isZero();
  }

  @Test
  void theTangentShareEqualsItsDefinition() {
    Matrix g = gaussian(12, 9);
    Matrix b = gaussian(12, 3);
    Matrix a = gaussian(3, 9);
    RealMatrix left = MatrixUtils.createRealIdentityMatrix(12).subtract(projection(real(b)));
    RealMatrix right =
        MatrixUtils.createRealIdentityMatrix(9).subtract(projection(real(a).transpose()));
    RealMatrix inside = real(g).subtract(left.multiply(real(g)).multiply(right));
    double expected =
        Math.pow(inside.getFrobeniusNorm(), 2) / Math.pow(real(g).getFrobeniusNorm(), 2);
    assertThat(Subspaces.tangentShare(g, b, a)).isCloseTo(expected, within(1e-12));
    assertThat(expected).isBetween(0.1, 0.9);
  }

  /** P = M (Mᵀ M)⁻¹ Mᵀ. */
  private static RealMatrix projection(RealMatrix m) {
    RealMatrix gram = m.transpose().multiply(m);
    return m.multiply(new LUDecomposition(gram).getSolver().getInverse()).multiply(m.transpose());
  }

  @Test
  void aMatrixOfTheTangentSpaceIsWhollyInItAndAnOrthogonalOneIsNot() {
    Matrix b = gaussian(12, 3);
    Matrix a = gaussian(3, 9);
    MatrixSum tangent =
        MatrixSum.of(1, b, gaussian(3, 9)).plus(MatrixSum.of(1, gaussian(12, 3), a));
    assertThat(Subspaces.tangentShare(tangent.matrix(), b, a)).isCloseTo(1, within(1e-12));
    Matrix e1 = new Matrix(3, 1, new double[] {1, 0, 0});
    Matrix e2 = new Matrix(3, 1, new double[] {0, 1, 0});
    Matrix g = Gemm.product(e2, e2.transposed());
    assertThat(Subspaces.tangentShare(g, e1, e1.transposed())).isCloseTo(0, within(1e-12));
    // With B = 0 only the rows of A are left.
    assertThat(Subspaces.tangentShare(g, Matrix.zeros(3, 1), e2.transposed()))
        .isCloseTo(1, within(1e-12));
    assertThat(Subspaces.tangentShare(g, Matrix.zeros(3, 1), e1.transposed()))
        .isCloseTo(0, within(1e-12));
  }

  @Test
  void theShareOfABasisIsThatOfItsSingularValues() {
    Matrix g = gaussian(12, 9);
    Svd svd = Decompositions.svd(g);
    double expected = 1 - new Spectrum(svd.s()).energyBeyond(4);
    assertThat(Subspaces.share(g, svd.u().firstColumns(4))).isCloseTo(expected, within(1e-12));
    assertThat(Subspaces.share(g.transposed(), svd.v().firstColumns(4)))
        .isCloseTo(expected, within(1e-12));
  }
}
