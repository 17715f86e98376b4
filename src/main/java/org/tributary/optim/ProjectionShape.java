package org.tributary.optim;

import ai.djl.ndarray.types.Shape;

/**
 * The shapes of GaLore's {@code std} projection for a matrix G [m, n]. If m ≥ n it is projected
 * from the right with a basis P [r, n], and Adam gets R = G Pᵀ [m, r]. Otherwise it is projected
 * from the left with P [m, r], and Adam gets R = Pᵀ G [r, n].
 *
 * @param m rows
 * @param n columns
 * @param rank r
 */
record ProjectionShape(long m, long n, int rank) {
  static ProjectionShape of(long[] shape, int rank) {
    return new ProjectionShape(shape[0], shape[1], rank);
  }

  boolean right() {
    return m >= n;
  }

  Shape basis() {
    return right() ? new Shape(rank, n) : new Shape(m, rank);
  }

  Shape moments() {
    return right() ? new Shape(m, rank) : new Shape(rank, n);
  }

  /** The length of a basis vector. */
  int length() {
    return Math.toIntExact(Math.min(m, n));
  }
}
