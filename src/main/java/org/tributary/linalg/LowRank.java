package org.tributary.linalg;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The merge of low-rank products, M = Σ w_k B_k A_k, cut to its largest singular values: U diag(s)
 * Vᵀ.
 *
 * <p>With L = [w_k B_k] [m, Σ r_k] and R = [A_kᵀ] [n, Σ r_k], M = L Rᵀ. The exact way: thin QRs L =
 * Q_L R_L and R = Q_R R_R give a core R_L R_Rᵀ with Σ r_k rows and columns, whose SVD U' diag(s)
 * V'ᵀ gives U = Q_L U' and V = Q_R V': no m×n matrix is formed. If Σ r_k reaches min(m, n), this
 * saves nothing, and M itself is accumulated and decomposed. If Σ r_k and min(m, n) are large,
 * {@link BlockKrylov} finds the largest values sooner, up to {@link BlockKrylov#TOLERANCE}; the
 * exact way is taken where it proves nothing. The choice depends on the factors alone, never on the
 * machine's load.
 */
public final class LowRank {
  /** Factors this many times as wide as the shorter side take more memory than M. */
  private static final int MUCH = 4;

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

    private boolean isZero() {
      return weight == 0 || b.isZero() || a.isZero();
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
    List<Term> counted = withoutZeros(terms);
    int width = width(counted);
    if (BlockKrylov.isWorth(Math.min(width, shorter), rank)) {
      Optional<Svd> largest = largest(counted, rank);
      if (largest.isPresent()) {
        return largest.get();
      }
    }
    return exact(counted, rank);
  }

  /**
   * Merges exactly, whatever it costs.
   *
   * @param terms as in {@link #merge}
   * @param rank as in {@link #merge}
   * @return as in {@link #merge}
   */
  static Svd exact(List<Term> terms, int rank) {
    int shorter = Math.min(terms.get(0).b().rows(), terms.get(0).a().columns());
    int width = width(terms);
    return Math.max(width, rank) < shorter
        ? factored(terms, Math.max(0, rank - width)).first(rank)
        : Decompositions.svd(dense(terms)).first(rank);
  }

  /** The block Krylov method, on the factors or, if they are much larger, on M. */
  static Optional<Svd> largest(List<Term> terms, int rank) {
    int width = width(terms);
    int shorter = Math.min(terms.get(0).b().rows(), terms.get(0).a().columns());
    try (EngineProduct product =
        width <= MUCH * shorter ? EngineProduct.of(terms, width) : EngineProduct.of(dense(terms))) {
      return BlockKrylov.largest(product, rank, Math.min(width, shorter));
    }
  }

  private static int width(List<Term> terms) {
    return terms.stream().mapToInt(t -> t.a().rows()).sum();
  }

  /** Terms that are zero only widen the factors. One term is left in any case. */
  private static List<Term> withoutZeros(List<Term> terms) {
    List<Term> counted = terms.stream().filter(t -> !t.isZero()).toList();
    return counted.isEmpty() ? terms.subList(0, 1) : counted;
  }

  /** By QRs of the stacked factors, with {@code more} columns of zeros. */
  static Svd factored(List<Term> terms, int more) {
    int width = width(terms) + more;
    if (Math.max(terms.get(0).b().rows(), terms.get(0).a().columns()) > Decompositions.SMALL) {
      try (EngineProduct product = EngineProduct.of(terms, width)) {
        return product.exact(width);
      }
    }
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
