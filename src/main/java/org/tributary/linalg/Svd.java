package org.tributary.linalg;

import java.util.Arrays;

/**
 * A thin singular value decomposition M = U diag(s) Vᵀ, or the best approximation of M at a lower
 * rank (Eckart and Young 1936). In every column of U the entry of largest absolute value (the first
 * of equal ones) is positive, so that the signs do not depend on the library.
 *
 * @param u [m, q], orthonormal columns
 * @param s q singular values, in descending order
 * @param v [n, q], orthonormal columns
 */
@SuppressWarnings("ArrayRecordComponent")
public record Svd(Matrix u, double[] s, Matrix v) {

  /** Changes signs to the canonical ones. */
  static Svd canonical(Matrix u, double[] s, Matrix v) {
    double[] signs = new double[s.length];
    for (int j = 0; j < s.length; j++) {
      int largest = 0;
      for (int i = 1; i < u.rows(); i++) {
        largest = Math.abs(u.at(i, j)) > Math.abs(u.at(largest, j)) ? i : largest;
      }
      signs[j] = u.at(largest, j) < 0 ? -1 : 1;
    }
    return new Svd(u.scaleColumns(j -> signs[j]), s, v.scaleColumns(j -> signs[j]));
  }

  /**
   * The best approximation with a lower rank.
   *
   * @param rank at most q
   * @return the first singular values and their vectors
   */
  public Svd first(int rank) {
    return rank == s.length
        ? this
        : new Svd(u.firstColumns(rank), Arrays.copyOf(s, rank), v.firstColumns(rank));
  }

  /**
   * U diag(s).
   *
   * @return [m, q]
   */
  public Matrix us() {
    return u.scaleColumns(j -> s[j]);
  }

  /**
   * U diag(s) Vᵀ.
   *
   * @return [m, n]
   */
  public Matrix product() {
    return Gemm.product(us(), false, v, true);
  }
}
