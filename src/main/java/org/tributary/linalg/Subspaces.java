package org.tributary.linalg;

import java.util.Arrays;

/** How subspaces lie to each other, and how much of a matrix lies in them. */
public final class Subspaces {
  private Subspaces() {}

  /**
   * The principal angles of two subspaces: the arc cosines of the singular values of UᵀV (Björck
   * and Golub 1973).
   *
   * @param u [m, k], orthonormal columns
   * @param v [m, l], orthonormal columns
   * @return min(k, l) angles in degrees, 0 to 90, in ascending order
   */
  public static double[] angles(Matrix u, Matrix v) {
    double[] cosines = Decompositions.svd(Gemm.product(u, true, v, false)).s();
    return Arrays.stream(cosines)
        .map(cosine -> Math.toDegrees(Math.acos(Math.min(1, cosine))))
        .toArray();
  }

  /**
   * How much of one subspace is in another: the mean of cos² of the principal angles, ‖UᵀV‖_F² /
   * min(k, l).
   *
   * @param u [m, k], orthonormal columns
   * @param v [m, l], orthonormal columns
   * @return 1 if one contains the other, 0 if they are orthogonal
   */
  public static double overlap(Matrix u, Matrix v) {
    return squares(Gemm.product(u, true, v, false)) / Math.min(u.columns(), v.columns());
  }

  /**
   * An orthonormal basis of a matrix's columns.
   *
   * @param m [m, r]
   * @return [m, k] with the numerical rank k; null for a matrix of zeros
   */
  public static Matrix columns(Matrix m) {
    Svd svd = Decompositions.svd(m);
    int rank = new Spectrum(svd.s()).rank();
    return rank == 0 ? null : svd.u().firstColumns(rank);
  }

  /**
   * The share of a matrix in the tangent space of the matrices B A at some B and A, {B X + Y A}: ‖G
   * − (I − P_B) G (I − P_A)‖_F² / ‖G‖_F², with the orthogonal projections P_B on the columns of B
   * and P_A on the rows of A. A step of gradient descent on B and A changes B A by such a matrix,
   * up to second order.
   *
   * @param g G [m, n]
   * @param b B [m, r]
   * @param a A [r, n]
   * @return 0 to 1; NaN for a matrix of zeros
   */
  public static double tangentShare(Matrix g, Matrix b, Matrix a) {
    Matrix left = without(g, columns(b), true);
    Matrix rest = without(left, columns(a.transposed()), false);
    // The projection is orthogonal, so the squares of the two parts add up.
    return 1 - squares(rest) / squares(g);
  }

  /** (I − Q Qᵀ) G, or G (I − Q Qᵀ). */
  private static Matrix without(Matrix g, Matrix q, boolean left) {
    if (q == null) {
      return g;
    }
    Matrix inside =
        left
            ? Gemm.product(q, Gemm.product(q, true, g, false))
            : Gemm.product(Gemm.product(g, q), false, q, true);
    return minus(g, inside);
  }

  /**
   * The share of a matrix in the column space of a basis, ‖Qᵀ G‖_F² / ‖G‖_F².
   *
   * @param g G [m, n]
   * @param q [m, k], orthonormal columns
   * @return 0 to 1; NaN for a matrix of zeros
   */
  public static double share(Matrix g, Matrix q) {
    return squares(Gemm.product(q, true, g, false)) / squares(g);
  }

  private static Matrix minus(Matrix one, Matrix other) {
    double[] values = new double[one.values().length];
    for (int i = 0; i < values.length; i++) {
      values[i] = one.values()[i] - other.values()[i];
    }
    return new Matrix(one.rows(), one.columns(), values);
  }

  private static double squares(Matrix m) {
    double sum = 0;
    for (double value : m.values()) {
      sum += value * value;
    }
    return sum;
  }
}
