package org.tributary.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.SingularValueDecomposition;
import org.junit.jupiter.api.Test;
import org.tributary.linalg.Gemm;
import org.tributary.linalg.Matrix;
import org.tributary.linalg.MatrixSum;
import org.tributary.tables.AnalysisTables;
import org.tributary.tables.AnglesTable;
import org.tributary.tables.LayersTable;

/** The measures of a layer on planted updates, and against direct computations. */
class LayerMeasuresTest {
  private static final int M = 14;
  private static final int N = 10;
  private static final int R = 2;

  private final SplittableRandom random = new SplittableRandom(11);

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

  private static LayerMeasures measures() {
    return new LayerMeasures("layer", 2, R, R, 4);
  }

  /** A client whose adapter starts at B = 0. */
  private static LayerUpdates.Client client(String id, double weight, Matrix b, Matrix a) {
    LayerUpdates.Factors own = new LayerUpdates.Factors(0.5, b, a);
    return new LayerUpdates.Client(id, weight, Change.of(own.product()), own);
  }

  private static LayerUpdates round(
      int round, List<LayerUpdates.Client> clients, MatrixSum merged, MatrixSum sum) {
    return new LayerUpdates(round, clients, Change.of(merged), Change.of(sum), null);
  }

  private static LayersTable.Entry global(AnalysisTables.Measured measured) {
    return measured.layers().get(measured.layers().size() - 1);
  }

  @Test
  void theColumnsEqualADirectComputation() {
    List<LayerUpdates.Client> clients = new ArrayList<>();
    double[] weights = {0.5, 0.3, 0.2};
    RealMatrix m = new Array2DRowRealMatrix(M, N);
    RealMatrix b = new Array2DRowRealMatrix(M, R);
    RealMatrix a = new Array2DRowRealMatrix(R, N);
    for (int k = 0; k < 3; k++) {
      clients.add(client("c" + k, weights[k], gaussian(M, R), gaussian(R, N)));
      RealMatrix ownB = real(clients.get(k).factors().b());
      RealMatrix ownA = real(clients.get(k).factors().a());
      m = m.add(ownB.multiply(ownA).scalarMultiply(0.5 * weights[k]));
      b = b.add(ownB.scalarMultiply(weights[k]));
      a = a.add(ownA.scalarMultiply(weights[k]));
    }
    Matrix merged = gaussian(M, N);
    MatrixSum sum = MatrixSum.of(gaussian(M, N));
    AnalysisTables.Measured measured = measures().of(round(1, clients, MatrixSum.of(merged), sum));
    LayersTable.Entry row = global(measured);
    double[] s = new SingularValueDecomposition(real(merged)).getSingularValues();
    double squares = 0;
    double total = 0;
    for (double value : s) {
      squares += value * value;
      total += value;
    }
    double entropy = 0;
    for (double value : s) {
      entropy -= value / total * Math.log(value / total);
    }
    assertThat(row.size().norm()).isCloseTo(Math.sqrt(squares), within(1e-10));
    assertThat(row.size().relative()).isCloseTo(Math.sqrt(squares) / 2, within(1e-10));
    assertThat(row.size().stable()).isCloseTo(squares / (s[0] * s[0]), within(1e-10));
    assertThat(row.size().effective()).isCloseTo(Math.exp(entropy), within(1e-10));
    assertThat(row.size().rank()).isEqualTo(N);
    RealMatrix averaged = b.multiply(a).scalarMultiply(0.5);
    assertThat(row.global().mergeError())
        .isCloseTo(m.subtract(averaged).getFrobeniusNorm() / m.getFrobeniusNorm(), within(1e-10));
    double[] ofM = new SingularValueDecomposition(m).getSingularValues();
    double beyond = 0;
    for (int i = R; i < N; i++) {
      beyond += ofM[i] * ofM[i];
    }
    assertThat(row.global().cut())
        .isCloseTo(beyond / Math.pow(m.getFrobeniusNorm(), 2), within(1e-10));
    assertThat(measured.spectra().get(0).values()).hasSize(R);
    assertThat(measured.spectra().get(3).values()).hasSize(4).startsWith(s[0], s[1]);
    assertThat(measured.angles()).hasSize(2 * 3);
  }

  @Test
  void equalAndOrthogonalClientsAreKnownByTheirOverlap() {
    Matrix b = gaussian(M, R);
    Matrix a = gaussian(R, N);
    LayerUpdates.Client same = client("same", 0.5, b.scaleColumns(j -> 3), a);
    Matrix e = Matrix.zeros(M, R);
    Matrix f = Matrix.zeros(R, N);
    Matrix other = Matrix.zeros(M, R);
    Matrix more = Matrix.zeros(R, N);
    for (int i = 0; i < R; i++) {
      e.values()[i * R + i] = 1;
      f.values()[i * N + i] = 1;
      other.values()[(i + R) * R + i] = 1;
      more.values()[i * N + i + R] = 1;
    }
    List<LayerUpdates.Client> equal = List.of(client("c", 0.5, b, a), same);
    LayersTable.Entry row =
        global(
            measures()
                .of(
                    round(
                        1,
                        equal,
                        equal.get(0).factors().product(),
                        equal.get(0).factors().product())));
    assertThat(row.size().left()).isCloseTo(1, within(1e-10));
    assertThat(row.size().right()).isCloseTo(1, within(1e-10));
    List<LayerUpdates.Client> apart =
        List.of(client("c", 0.5, e, f), client("d", 0.5, other, more));
    AnalysisTables.Measured measured =
        measures()
            .of(
                round(
                    1, apart, apart.get(0).factors().product(), apart.get(0).factors().product()));
    assertThat(measured.layers().get(0).size().left()).isCloseTo(0, within(1e-10));
    assertThat(global(measured).size().right()).isCloseTo(0, within(1e-10));
    assertThat(measured.angles())
        .allSatisfy(angle -> assertThat(angle.smallest()).isCloseTo(90, within(1e-5)));
    // Their mean has rank 2 r, so a cut to r leaves half of it out.
    assertThat(global(measured).global().cut()).isCloseTo(0.5, within(1e-10));
  }

  @Test
  void aFixedAKeepsAllRoundsInOneSubspaceAndWholeUpdatesDoNot() {
    Matrix a = gaussian(R, N);
    MatrixSum sum = MatrixSum.of(1, Matrix.zeros(M, R), a);
    LayerMeasures fixed = measures();
    LayerMeasures free = measures();
    MatrixSum freeSum = MatrixSum.of(Matrix.zeros(M, N));
    AnalysisTables.Measured last = null;
    AnalysisTables.Measured lastFree = null;
    for (int t = 1; t <= 4; t++) {
      LayerUpdates.Client own = client("c", 1, gaussian(M, R), a);
      sum = sum.plus(own.factors().product());
      last = fixed.of(round(t, List.of(own), own.factors().product(), sum));
      MatrixSum whole = MatrixSum.of(Gemm.product(gaussian(M, R), gaussian(R, N)));
      freeSum = freeSum.plus(whole);
      LayerUpdates.Client client = new LayerUpdates.Client("c", 1, Change.of(whole), null);
      lastFree = free.of(round(t, List.of(client), whole, freeSum));
    }
    assertThat(global(last).global().sum().rank()).isEqualTo(R);
    assertThat(global(last).global().mergeError()).isCloseTo(0, within(1e-10));
    assertThat(right(last)).hasSize(3);
    assertThat(right(last)).allSatisfy(o -> assertThat(o.overlap()).isCloseTo(1, within(1e-10)));
    assertThat(global(lastFree).global().sum().rank()).isEqualTo(4 * R);
    assertThat(right(lastFree)).allSatisfy(o -> assertThat(o.overlap()).isLessThan(0.9));
    assertThat(global(lastFree).global().mergeError()).isNull();
  }

  private static List<AnglesTable.Entry> right(AnalysisTables.Measured measured) {
    return measured.angles().stream()
        .filter(angle -> angle.otherRound() != null && angle.side().equals("right"))
        .toList();
  }

  @Test
  void anUpdateOfZerosHasNoRankAndNoDirection() {
    LayerUpdates.Client still = client("c", 1, Matrix.zeros(M, R), gaussian(R, N));
    AnalysisTables.Measured measured =
        measures()
            .of(round(1, List.of(still), still.factors().product(), still.factors().product()));
    LayersTable.Size size = global(measured).size();
    assertThat(size.norm()).isZero();
    assertThat(size.rank()).isZero();
    assertThat(size.stable()).isNull();
    assertThat(size.effective()).isNull();
    assertThat(global(measured).global().mergeError()).isNull();
    assertThat(global(measured).global().cut()).isNull();
    assertThat(measured.angles()).isEmpty();
  }
}
