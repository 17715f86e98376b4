package org.tributary.linalg;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/**
 * The r largest singular triplets of M = L Rᵀ [m, n] by a block Krylov method, with a check that
 * proves that their product is the best approximation of M of rank r up to {@link #TOLERANCE}.
 * Without that proof there is no result, and the caller computes the exact decomposition.
 *
 * <p><b>Method</b> (Musco and Musco 2015, arXiv 1504.05477, Algorithm 2; in the form of block
 * Lanczos, Golub and Underwood 1977). A = M Mᵀ, with m the shorter side. G [m, b] is Gaussian, b =
 * r + 1 + {@link #MORE}. Q = [Q_1, …, Q_q] is an orthonormal basis of [G, A G, …, A^(q−1) G], T =
 * Qᵀ A Q = S diag(θ) Sᵀ, θ in descending order, and A Q = Q T + Q_(q+1) B E_qᵀ, where E_j selects
 * block j. U are the first r Ritz vectors, Mᵀ U = V Σ an SVD, and F = M V − U Σ what is left. All
 * is computed in float64; the basis is orthogonalised in full.
 *
 * <p><b>No large singular value is missing.</b> Take τ between θ_(r+1) and θ_r, and suppose that A
 * had r + 1 eigenvalues λ_j ≥ τ with eigenvectors X = [x_1, …, x_(r+1)]. Some unit vector a makes X
 * a orthogonal to the first r Ritz vectors. From x_jᵀ A Q = λ_j x_jᵀ Q follows
 *
 * <pre>
 * aᵀ Xᵀ Q_1 = Σ_j a_j g_jᵀ Φ(λ_j),   Φ(λ) = Σ_(i>r) B S_(q,i) S_(1,i)ᵀ / (λ − θ_i),   g_j = Q_(q+1)ᵀ x_j
 * </pre>
 *
 * with S_(1,i) and S_(q,i) the first and the last block of column i of S. As |g_j| ≤ 1, σ_min(Xᵀ
 * Q_1) ≤ √(r+1) max |Φ(λ)| over λ ≥ τ. And as 1 / (λ − θ) = ∫ exp(−(λ − τ) t) exp(−(τ − θ) t) dt
 * over t ≥ 0, |Φ(λ)| ≤ J = ∫ |Σ_(i>r) B S_(q,i) S_(1,i)ᵀ exp(−(τ − θ_i) t)| dt. On the other hand X
 * does not depend on G, and σ_min(Xᵀ Q_1) ≥ σ_min(Xᵀ G) / |G| ≥ δ with a probability above 1 −
 * 10⁻¹², by Halko, Martinsson and Tropp 2011 (Proposition 10.4, for Xᵀ G) and Davidson and Szarek
 * 2001 (Theorem II.13, for G). So if √(r+1) J &lt; δ, A has at most r eigenvalues ≥ τ: σ_(r+1)(M)
 * &lt; √τ. J is computed by the trapezoidal rule in log t and taken twice.
 *
 * <p><b>The product is right.</b> Uᵀ M = Σ Vᵀ exactly, so Wedin's theorem (1972) bounds the angles
 * between U and the true singular vectors: |sin Θ|_F ≤ |F|_F / (σ_r − √τ), with σ_r from Σ. Hence
 * |U Σ Vᵀ − M_r|_F ≤ √2 (σ_1 + |F|_F) |F|_F / (σ_r − √τ). The result is accepted if this is at most
 * {@link #TOLERANCE} times |Σ|_F. A spectrum without a gap at r never meets this: there M_r is not
 * unique, or nearly so.
 *
 * <p>G has always the same seed, so equal factors give equal bits with the same number of threads
 * inside an operator.
 */
final class BlockKrylov {
  /** The largest distance to the best approximation, relative to its Frobenius norm. */
  static final double TOLERANCE = 1e-5;

  /** Columns of a block beyond r + 1. */
  private static final int MORE = 7;

  /** With fewer blocks than this in the shorter side, the exact way is about as fast. */
  private static final int WORTH = 16;

  /** More blocks cost as much as the exact way. */
  private static final int MOST_BLOCKS = 32;

  private static final int NODES = 200;
  private static final long SEED = 20110217;

  /** t of the first bound: P = t^−(MORE + 1) = 5 · 10⁻¹³. */
  private static final double RARE = Math.pow(5e-13, -1.0 / (MORE + 1));

  /** Of the second bound: P = exp(−7.6² / 2) = 3 · 10⁻¹³. */
  private static final double DEVIATION = 7.6;

  private final EngineProduct product;
  private final NDManager manager;
  private final int rank;
  private final int side;
  private final int most;

  private BlockKrylov(EngineProduct product, NDManager manager, int rank, int most) {
    this.product = product;
    this.manager = manager;
    this.rank = rank;
    this.most = most;
    side = product.sides()[0];
  }

  /**
   * Whether the method may be faster than the exact decomposition.
   *
   * @param shorter the smallest of m, n and the width of the factors
   * @param rank r
   * @return whether it is worth a try
   */
  static boolean isWorth(int shorter, int rank) {
    return shorter >= WORTH * block(rank);
  }

  private static int block(int rank) {
    return rank + 1 + MORE;
  }

  /**
   * The best approximation of M of rank r.
   *
   * @param product M
   * @param rank r
   * @param shorter the smallest of m, n and the width of the factors
   * @return it, or nothing if it cannot be proved
   */
  static Optional<Svd> largest(EngineProduct product, int rank, int shorter) {
    boolean isTall = product.sides()[0] > product.sides()[1];
    int most = Math.min(MOST_BLOCKS, shorter / (2 * block(rank)));
    try (NDManager manager = product.manager().newSubManager()) {
      EngineProduct wide = isTall ? product.transposed() : product;
      Optional<Svd> found = new BlockKrylov(wide, manager, rank, most).search();
      return isTall ? found.map(s -> Svd.canonical(s.v(), s.s(), s.u())) : found;
    }
  }

  private Optional<Svd> search() {
    int block = block(rank);
    NDArray basis = manager.zeros(new Shape((most + 1) * block, side), DataType.FLOAT64);
    NDArray t = manager.zeros(new Shape(most * block, most * block), DataType.FLOAT64);
    begin(basis);
    int due = 2;
    for (int q = 1; q <= most; q++) {
      try (NDManager scratch = manager.newSubManager()) {
        NDArray sizes = scratch.create(new int[] {(q - 1) * block, q * block, rank});
        NDArray below = product.on(scratch, "grow", basis, t, sizes).get("below");
        if (q < due && q < most) {
          continue;
        }
        due = q + 1 + q / 5;
        Map<String, NDArray> ritz = EngineProduct.run(scratch, "ritz", t, below, sizes);
        double tau = cut(Decompositions.doubles(ritz.get("values")));
        if (Double.isNaN(tau) || !isComplete(scratch, ritz, tau, sizes)) {
          continue;
        }
        Map<String, NDArray> triplets =
            product.on(scratch, "triplets", basis, ritz.get("vectors"), sizes);
        Svd svd = EngineProduct.svd(triplets);
        if (distance(svd.s(), Decompositions.doubles(triplets.get("error"))[0], tau) <= TOLERANCE) {
          return Optional.of(svd);
        }
      }
    }
    return Optional.empty();
  }

  private void begin(NDArray basis) {
    Random random = new Random(SEED);
    double[] gaussian = new double[block(rank) * side];
    for (int i = 0; i < gaussian.length; i++) {
      gaussian[i] = random.nextGaussian();
    }
    try (NDManager scratch = manager.newSubManager()) {
      NDArray start = scratch.create(gaussian, new Shape(block(rank), side));
      EngineProduct.run(scratch, "begin", basis, start);
    }
  }

  /** τ, in the middle between θ_r and θ_(r+1); NaN if the gap is within rounding errors. */
  private double cut(double[] theta) {
    double gap = theta[rank - 1] - theta[rank];
    return gap > 1e-10 * theta[0] ? theta[rank] + gap / 2 : Double.NaN;
  }

  /** Whether √(r+1) J, taken twice, is below δ. */
  private boolean isComplete(
      NDManager scratch, Map<String, NDArray> ritz, double tau, NDArray sizes) {
    double[] theta = Decompositions.doubles(ritz.get("values"));
    double from = Math.log(1e-6 / theta[0]);
    double step = (Math.log(60 / (tau - theta[rank])) - from) / (NODES - 1);
    double[] times = new double[NODES];
    double[] weights = new double[NODES];
    for (int i = 0; i < NODES; i++) {
      times[i] = Math.exp(from + i * step);
      weights[i] = times[i] * step * (i == 0 || i == NODES - 1 ? 0.5 : 1);
    }
    NDArray bound =
        EngineProduct.run(
                scratch,
                "missed",
                ritz.get("values"),
                ritz.get("first"),
                ritz.get("last"),
                scratch.create(new double[] {tau}),
                scratch.create(times),
                scratch.create(weights),
                sizes)
            .get("bound");
    double j = 2 * Decompositions.doubles(bound)[0];
    return Math.sqrt(rank + 1) * j < leastShare();
  }

  /** δ, which σ_min(Xᵀ Q_1) exceeds. */
  private double leastShare() {
    double inverse = Math.E * Math.sqrt(block(rank)) / (MORE + 1) * RARE;
    return 1 / (inverse * (Math.sqrt(side) + Math.sqrt(block(rank)) + DEVIATION));
  }

  /** The bound of |U Σ Vᵀ − M_r|_F / |Σ|_F. */
  private double distance(double[] s, double error, double tau) {
    double gap = s[rank - 1] - Math.sqrt(tau);
    if (!(gap > 0)) {
      return Double.POSITIVE_INFINITY;
    }
    double norm = 0;
    for (double value : s) {
      norm += value * value;
    }
    return Math.sqrt(2) * (s[0] + error) * error / gap / Math.sqrt(norm);
  }
}
