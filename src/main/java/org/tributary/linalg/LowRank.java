package org.tributary.linalg;

import java.util.ArrayList;
import java.util.List;

/**
 * The merge of low-rank products, M = Σ w_k B_k A_k = U diag(s) Vᵀ, exact up to rounding.
 *
 * <p>With L = [√w_k B_k] [m, Σ r_k] and R = [√w_k A_kᵀ] [n, Σ r_k], M = L Rᵀ. Thin QRs L = Q_L R_L
 * and R = Q_R R_R give a core R_L R_Rᵀ with Σ r_k rows and columns, whose SVD U' diag(s) V'ᵀ gives
 * U = Q_L U' and V = Q_R V': no m×n matrix is formed. If Σ r_k reaches min(m, n), this saves
 * nothing, and M itself is accumulated and decomposed.
 */
public final class LowRank {
  private LowRank() {}

  /**
   * One term w B A.
   *
   * @param weight w ≥ 0
   * @param b [m, r]
   * @param a [r, n]
   */
  public record Term(double weight, Matrix b, Matrix a) {
    /** Checks that the factors fit. */
    public Term {
      if (b.columns() != a.rows() || !(weight >= 0)) {
        throw new IllegalArgumentException("no product: %s times %s %s".formatted(weight, b, a));
      }
    }
  }

  /**
   * Merges.
   *
   * @param terms one or more with the same m and n; ranks may differ
   * @param rank the rank q to keep, at most min(m, n)
   * @return the q largest singular values of M and their vectors. Beyond the rank of M the values
   *     are zero and the vectors complete the others to an orthonormal set, so that an adapter made
   *     from them can learn in every direction
   */
  public static Svd merge(List<Term> terms, int rank) {
    int m = terms.get(0).b().rows();
    int n = terms.get(0).a().columns();
    int shorter = Math.min(m, n);
    if (rank < 1 || rank > shorter) {
      throw new IllegalArgumentException("rank %d of a [%d, %d] matrix".formatted(rank, m, n));
    }
    int width = terms.stream().mapToInt(t -> t.a().rows()).sum();
    Svd whole =
        Math.max(width, rank) < shorter
            ? factored(terms, Math.max(0, rank - width))
            : Decompositions.svd(dense(terms));
    return whole.first(rank);
  }

  /** Stacks matrices, with {@code more} columns of zeros. */
  static Svd factored(List<Term> terms, int more) {
    List<Matrix> left = new ArrayList<>();
    List<Matrix> right = new ArrayList<>();
    for (Term term : terms) {
      double root = Math.sqrt(term.weight());
      left.add(term.b().scaleColumns(j -> root));
      right.add(term.a().transposed().scaleColumns(j -> root));
    }
    left.add(Matrix.zeros(left.get(0).rows(), more));
    right.add(Matrix.zeros(right.get(0).rows(), more));
    Qr l = Decompositions.qr(Matrix.beside(left));
    Qr r = Decompositions.qr(Matrix.beside(right));
    Svd core = Decompositions.svd(Gemm.product(l.r(), false, r.r(), true));
    return Svd.canonical(Gemm.product(l.q(), core.u()), core.s(), Gemm.product(r.q(), core.v()));
  }

  /** M itself. */
  static Matrix dense(List<Term> terms) {
    try (Gemm.Sum sum = new Gemm.Sum(terms.get(0).b().rows(), terms.get(0).a().columns())) {
      terms.forEach(term -> sum.add(term.weight(), term.b(), term.a()));
      return sum.matrix();
    }
  }
}
