package org.tributary.analysis;

import org.tributary.linalg.Matrix;
import org.tributary.linalg.MatrixSum;
import org.tributary.linalg.Spectrum;

/**
 * How far one layer of a run moved, and where to compared with a central run. All sizes are squares
 * of Frobenius norms, so that those of several layers can be added. U = W_T − W_0 is the run's
 * change, C = W_c − W_0 that of the central run.
 *
 * @param weight ‖W_0‖²
 * @param moved ‖U‖²
 * @param central ‖C‖²
 * @param apart ‖W_T − W_c‖²
 * @param dot ⟨U, C⟩
 * @param ranks of U; null if it is 0
 * @param inRank Σ_{i≤r} σ_i(U)²
 * @param centralInRank Σ_{i≤r} σ_i(C)²
 * @param reachable what of ‖C‖² the run's parameters can hold: all if it trains the weight, the
 *     first singular values if it has an adapter, nothing if it does not change the layer
 */
record LayerDrift(
    double weight,
    double moved,
    double central,
    double apart,
    double dot,
    Ranks ranks,
    double inRank,
    double centralInRank,
    double reachable) {

  /**
   * Ranks of a change.
   *
   * @param rank see {@link Spectrum#rank}
   * @param stable see {@link Spectrum#stableRank}
   * @param effective see {@link Spectrum#effectiveRank}
   */
  record Ranks(int rank, double stable, double effective) {}

  /**
   * A model's layer.
   *
   * @param from W_T minus the checkpoint's weight; null if the run does not change the layer
   * @param change U; null as {@code from}
   * @param spectrum of U; null as {@code from}
   */
  record Moved(MatrixSum from, MatrixSum change, Spectrum spectrum) {
    /** A layer that a run does not change. */
    static final Moved NOT = new Moved(null, null, null);

    /**
     * A layer that moved.
     *
     * @param after W_T minus the checkpoint's weight
     * @param before the same before training
     */
    static Moved of(MatrixSum after, MatrixSum before) {
      MatrixSum change = after.minus(before);
      return new Moved(after, change, new Spectrum(change.svd().s()));
    }

    private boolean isZero() {
      return change == null || spectrum.values()[0] == 0;
    }

    private double squares() {
      return isZero() ? 0 : spectrum.norm() * spectrum.norm();
    }

    private double inRank(int rank) {
      return isZero() ? 0 : squares() * (1 - spectrum.energyBeyond(rank));
    }

    private Ranks ranks() {
      return isZero()
          ? null
          : new Ranks(spectrum.rank(), spectrum.stableRank(), spectrum.effectiveRank());
    }
  }

  /**
   * What a run can change of a layer.
   *
   * @param whole whether it trains or merges into the weight
   * @param rank of its adapter, if not; 0 for none
   */
  record Reach(boolean whole, int rank) {}

  /**
   * Measures a layer.
   *
   * @param weightNorm ‖W_0‖
   * @param run the run's layer
   * @param central the central run's
   * @param reach of the run
   * @param rank r
   */
  static LayerDrift of(double weightNorm, Moved run, Moved central, Reach reach, int rank) {
    return new LayerDrift(
        weightNorm * weightNorm,
        run.squares(),
        central.squares(),
        apart(run.from(), central.from()),
        run.isZero() || central.isZero() ? 0 : dot(run.change(), central.change()),
        run.ranks(),
        run.inRank(rank),
        central.inRank(rank),
        reach.whole() ? central.squares() : reach.rank() > 0 ? central.inRank(reach.rank()) : 0);
  }

  private static double apart(MatrixSum one, MatrixSum other) {
    if (one == null && other == null) {
      return 0;
    }
    Matrix difference = (one == null ? other : other == null ? one : one.minus(other)).matrix();
    return dot(difference, difference);
  }

  private static double dot(MatrixSum one, MatrixSum other) {
    return dot(one.matrix(), other.matrix());
  }

  private static double dot(Matrix one, Matrix other) {
    double sum = 0;
    for (int i = 0; i < one.values().length; i++) {
      sum += one.values()[i] * other.values()[i];
    }
    return sum;
  }
}
