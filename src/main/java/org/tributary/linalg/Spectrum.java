package org.tributary.linalg;

/**
 * Sizes and ranks of a matrix, from its singular values.
 *
 * @param values all singular values σ_1 ≥ σ_2 ≥ …, at least one
 */
@SuppressWarnings("ArrayRecordComponent")
public record Spectrum(double[] values) {
  /** A singular value counts in {@link #rank} if it is above this share of the largest. */
  public static final double TOLERANCE = 1e-4;

  /**
   * The Frobenius norm: √Σ σ_i².
   *
   * @return 0 for a matrix of zeros
   */
  public double norm() {
    return Math.sqrt(energy(0, values.length));
  }

  /** Σ σ_i² of some values, the smallest first, so that none is lost. */
  private double energy(int from, int to) {
    double sum = 0;
    for (int i = to - 1; i >= from; i--) {
      sum += values[i] * values[i];
    }
    return sum;
  }

  /**
   * The stable rank: ‖M‖_F² / σ_1² (Rudelson and Vershynin 2007).
   *
   * @return at least 1 and at most the rank; NaN for a matrix of zeros
   */
  public double stableRank() {
    return energy(0, values.length) / (values[0] * values[0]);
  }

  /**
   * The effective rank: the exponential of the entropy of the singular values, exp(−Σ p_i ln p_i),
   * p_i = σ_i / Σ σ_j (Roy and Vetterli 2007).
   *
   * @return at least 1 and at most the rank; NaN for a matrix of zeros
   */
  public double effectiveRank() {
    double sum = 0;
    for (int i = values.length - 1; i >= 0; i--) {
      sum += values[i];
    }
    double entropy = sum == 0 ? Double.NaN : 0;
    for (double value : values) {
      double p = value / sum;
      entropy -= p > 0 ? p * Math.log(p) : 0;
    }
    return Math.exp(entropy);
  }

  /**
   * The numerical rank.
   *
   * @return the number of singular values above {@link #TOLERANCE} times the largest; 0 for a
   *     matrix of zeros
   */
  public int rank() {
    int rank = 0;
    while (rank < values.length && values[rank] > TOLERANCE * values[0]) {
      rank++;
    }
    return rank;
  }

  /**
   * What the best approximation of a rank leaves out: Σ_{i>r} σ_i² / Σ σ_i².
   *
   * @param rank r
   * @return 0 to 1; NaN for a matrix of zeros
   */
  public double energyBeyond(int rank) {
    return energy(Math.min(rank, values.length), values.length) / energy(0, values.length);
  }
}
