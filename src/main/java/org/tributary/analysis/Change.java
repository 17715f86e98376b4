package org.tributary.analysis;

import java.util.Arrays;
import org.tributary.linalg.Matrix;
import org.tributary.linalg.MatrixSum;
import org.tributary.linalg.Spectrum;
import org.tributary.linalg.Svd;

/** The change of a layer's weight, [out, in]. */
interface Change {
  /** Rows, the outputs of the layer. */
  int rows();

  /** Columns, the inputs of the layer. */
  int columns();

  /**
   * Decomposes it.
   *
   * @param values at least so many singular values, if it has as many
   * @param dimensions the most singular vectors
   */
  Decomposition decomposed(int values, int dimensions);

  /**
   * A decomposition, or its beginning.
   *
   * @param norm the Frobenius norm
   * @param values the largest singular values, in descending order, at least one
   * @param isComplete whether all others are 0
   * @param left the first left singular vectors, as many as asked for but at most the rank; null
   *     for zeros
   * @param right the right ones
   */
  @SuppressWarnings("ArrayRecordComponent")
  record Decomposition(
      double norm, double[] values, boolean isComplete, Matrix left, Matrix right) {

    /** The same of a triple of singular values and vectors. */
    static Decomposition of(double norm, Svd svd, boolean isComplete, int dimensions) {
      int k = Math.min(dimensions, new Spectrum(svd.s()).rank());
      return new Decomposition(
          norm,
          svd.s(),
          isComplete,
          k == 0 ? null : svd.u().firstColumns(k),
          k == 0 ? null : svd.v().firstColumns(k));
    }

    /** The numerical rank; null if it is not less than the number of known values. */
    Integer rank() {
      int rank = new Spectrum(values).rank();
      return isComplete || rank < values.length ? rank : null;
    }

    /** ‖U‖_F² / σ_1²; null for zeros. */
    Double stableRank() {
      return values[0] == 0 ? null : Double.valueOf(norm / values[0] * (norm / values[0]));
    }

    /** The effective rank; null for zeros, and if not all values are known. */
    Double effectiveRank() {
      return values[0] == 0 || !isComplete
          ? null
          : Double.valueOf(new Spectrum(values).effectiveRank());
    }

    double[] first(int count) {
      return Arrays.copyOf(values, Math.min(count, values.length));
    }
  }

  /** A change that is in memory. */
  static Change of(MatrixSum sum) {
    return new Change() {
      @Override
      public int rows() {
        return sum.rows();
      }

      @Override
      public int columns() {
        return sum.columns();
      }

      @Override
      public Decomposition decomposed(int values, int dimensions) {
        Svd svd = sum.svd();
        return Decomposition.of(new Spectrum(svd.s()).norm(), svd, true, dimensions);
      }
    };
  }
}
