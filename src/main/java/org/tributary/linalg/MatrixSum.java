package org.tributary.linalg;

import java.util.ArrayList;
import java.util.List;

/**
 * A matrix D + Σ w_i B_i A_i. Without D, its singular value decomposition is computed from the
 * factors, and no m×n matrix is formed.
 *
 * @param dense D [m, n]; null for none
 * @param terms with the same m and n; without D at least one
 */
public record MatrixSum(Matrix dense, List<LowRank.Term> terms) {
  /** Copies. */
  public MatrixSum {
    terms = List.copyOf(terms);
    if (dense == null && terms.isEmpty()) {
      throw new IllegalArgumentException("a sum needs a matrix");
    }
  }

  /**
   * A whole matrix.
   *
   * @param dense [m, n]
   * @return the sum of this alone
   */
  public static MatrixSum of(Matrix dense) {
    return new MatrixSum(dense, List.of());
  }

  /**
   * One product w B A.
   *
   * @param weight w, of any sign
   * @param b [m, r]
   * @param a [r, n]
   * @return the sum of this alone
   */
  public static MatrixSum of(double weight, Matrix b, Matrix a) {
    return new MatrixSum(null, List.of(term(weight, b, a)));
  }

  /** Terms of {@link LowRank} have weights of at least 0. */
  private static LowRank.Term term(double weight, Matrix b, Matrix a) {
    return new LowRank.Term(Math.abs(weight), weight < 0 ? b.scaleColumns(j -> -1) : b, a);
  }

  /** m. */
  public int rows() {
    return dense == null ? terms.get(0).b().rows() : dense.rows();
  }

  /** n. */
  public int columns() {
    return dense == null ? terms.get(0).a().columns() : dense.columns();
  }

  /**
   * A multiple.
   *
   * @param factor of any sign
   * @return factor times this
   */
  public MatrixSum times(double factor) {
    List<LowRank.Term> scaled = new ArrayList<>();
    terms.forEach(t -> scaled.add(term(factor * t.weight(), t.b(), t.a())));
    return new MatrixSum(dense == null ? null : dense.scaleColumns(j -> factor), scaled);
  }

  /**
   * The sum of both.
   *
   * @param other of the same shape
   * @return this + other
   */
  public MatrixSum plus(MatrixSum other) {
    List<LowRank.Term> all = new ArrayList<>(terms);
    all.addAll(other.terms);
    if (dense == null || other.dense == null) {
      return new MatrixSum(dense == null ? other.dense : dense, all);
    }
    double[] values = dense.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] += other.dense.values()[i];
    }
    return new MatrixSum(new Matrix(dense.rows(), dense.columns(), values), all);
  }

  /**
   * The difference.
   *
   * @param other of the same shape
   * @return this − other
   */
  public MatrixSum minus(MatrixSum other) {
    return plus(other.times(-1));
  }

  /**
   * All singular values that may differ from 0, and their vectors.
   *
   * @return min(m, n, Σ r_i) of them, without D; else min(m, n)
   */
  public Svd svd() {
    int width = terms.stream().mapToInt(t -> t.a().rows()).sum();
    return dense == null
        ? LowRank.exact(terms, Math.min(width, Math.min(rows(), columns())))
        : Decompositions.svd(matrix());
  }

  /**
   * The matrix itself.
   *
   * @return [m, n]
   */
  public Matrix matrix() {
    Matrix products = terms.isEmpty() ? Matrix.zeros(rows(), columns()) : LowRank.dense(terms);
    return dense == null ? products : of(dense).plus(of(products)).dense;
  }
}
