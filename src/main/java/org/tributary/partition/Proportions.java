package org.tributary.partition;

/** Computes where to cut a sequence into consecutive pieces of given proportions. */
public final class Proportions {
  private Proportions() {}

  /**
   * The ends of the pieces. Piece k ends before {@code floor(n (p_0 + ... + p_k))}, the last one at
   * n.
   *
   * @param n length of the sequence
   * @param proportions not negative; their sum is above 0 and need not be 1
   * @return the end of each piece
   */
  public static int[] ends(int n, double[] proportions) {
    double sum = 0;
    for (double p : proportions) {
      sum += p;
    }
    int[] ends = new int[proportions.length];
    double cumulative = 0;
    for (int k = 0; k < ends.length; k++) {
      cumulative += proportions[k];
      ends[k] = (int) Math.min(n, Math.floor(n * (cumulative / sum)));
    }
    ends[ends.length - 1] = n;
    return ends;
  }

  /**
   * The ends of pieces whose lengths differ by at most one.
   *
   * @param n length of the sequence
   * @param pieces number of pieces
   * @return the end of each piece
   */
  public static int[] even(int n, int pieces) {
    int[] ends = new int[pieces];
    for (int k = 0; k < pieces; k++) {
      ends[k] = (int) ((long) n * (k + 1) / pieces);
    }
    return ends;
  }
}
