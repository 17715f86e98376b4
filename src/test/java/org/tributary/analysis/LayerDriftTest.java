package org.tributary.analysis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.tributary.linalg.Matrix;
import org.tributary.linalg.MatrixSum;

/** Where a layer went, on planted movements whose numbers are known. */
class LayerDriftTest {
  private static final MatrixSum START = MatrixSum.of(diagonal(0, 0, 0));

  /** The central run moves by 3, 2 and 1 in three directions: 14 in squares. */
  private static final LayerDrift.Moved CENTRAL = moved(diagonal(3, 2, 1));

  private static final LayerDrift.Reach WHOLE = new LayerDrift.Reach(true, 0);

  /** [4, 3] with values on its diagonal. */
  private static Matrix diagonal(double... values) {
    Matrix m = Matrix.zeros(4, 3);
    for (int i = 0; i < 3; i++) {
      m.values()[i * 3 + i] = values[i];
    }
    return m;
  }

  private static LayerDrift.Moved moved(Matrix change) {
    return LayerDrift.Moved.of(MatrixSum.of(change), START);
  }

  private static LayerDrift drift(LayerDrift.Moved run) {
    return LayerDrift.of(5, run, CENTRAL, WHOLE, 1);
  }

  @Test
  void theCentralRunItselfIsNowhereElse() {
    LayerDrift own = drift(CENTRAL);
    assertThat(own.weight()).isEqualTo(25);
    assertThat(own.moved()).isCloseTo(14, within(1e-12));
    assertThat(own.central()).isCloseTo(14, within(1e-12));
    assertThat(own.apart()).isZero();
    assertThat(own.dot()).isCloseTo(14, within(1e-12));
    assertThat(own.inRank()).isCloseTo(9, within(1e-12));
    assertThat(own.ranks().rank()).isEqualTo(3);
    assertThat(own.ranks().stable()).isCloseTo(14.0 / 9, within(1e-12));
  }

  @Test
  void aLayerThatDoesNotMoveIsAsFarAsCentralWent() {
    for (LayerDrift still :
        new LayerDrift[] {drift(LayerDrift.Moved.NOT), drift(moved(diagonal(0, 0, 0)))}) {
      assertThat(still.moved()).isZero();
      assertThat(still.apart()).isCloseTo(14, within(1e-12));
      assertThat(still.dot()).isZero();
      assertThat(still.inRank()).isZero();
      assertThat(still.ranks()).isNull();
    }
    LayerDrift none = LayerDrift.of(5, LayerDrift.Moved.NOT, LayerDrift.Moved.NOT, WHOLE, 1);
    assertThat(none.apart()).isZero();
    assertThat(none.reachable()).isZero();
  }

  @Test
  void orthogonalMovementsShareNothing() {
    Matrix change = Matrix.zeros(4, 3);
    change.values()[9] = 2; // row 3, where the central run changes nothing
    LayerDrift other = drift(moved(change));
    assertThat(other.dot()).isZero();
    assertThat(other.apart()).isCloseTo(18, within(1e-12));
  }

  /** An adapter of rank r holds at most the first r singular values of the central change. */
  @Test
  void whatAnAdapterCanReachIsTheBestApproximationOfItsRank() {
    Matrix b = Matrix.zeros(4, 1);
    b.values()[0] = 3;
    Matrix a = Matrix.zeros(1, 3);
    a.values()[0] = 1;
    MatrixSum product = MatrixSum.of(1, b, a);
    MatrixSum before = MatrixSum.of(1, Matrix.zeros(4, 1), a);
    LayerDrift.Moved adapter = LayerDrift.Moved.of(product, before);
    LayerDrift best = LayerDrift.of(5, adapter, CENTRAL, new LayerDrift.Reach(false, 1), 2);
    assertThat(best.reachable()).isCloseTo(9, within(1e-12));
    assertThat(best.apart()).as("what is left").isCloseTo(5, within(1e-12));
    assertThat(best.dot()).isCloseTo(9, within(1e-12));
    assertThat(best.centralInRank()).isCloseTo(13, within(1e-12));
    assertThat(best.ranks().rank()).isEqualTo(1);
    assertThat(drift(CENTRAL).reachable()).isCloseTo(14, within(1e-12));
    LayerDrift frozen =
        LayerDrift.of(5, LayerDrift.Moved.NOT, CENTRAL, new LayerDrift.Reach(false, 0), 2);
    assertThat(frozen.reachable()).isZero();
  }
}
