package org.tributary.optim;

import ai.djl.ndarray.types.Shape;

/**
 * The shapes that GaLore's {@code std} projection gives a matrix G [m, n]. With m ≥ n it is
 * projected on the right, by a basis P [r, n], and R = G Pᵀ [m, r] is what Adam sees; else on the
 * left, by P [m, r], R = Pᵀ G [r, n].
 *
 * @param m rows
 * @param n columns
 * @param rank r
 */
record Subspace(long m, long n, int rank) {
  static Subspace of(long[] shape, int rank) {
    return new Subspace(shape[0], shape[1], rank);
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
