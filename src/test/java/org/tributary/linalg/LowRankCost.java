package org.tributary.linalg;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.tributary.torch.Torch;

/**
 * The cost of a merge of FlexLoRA, the exact way and {@link LowRank#merge}, in turn. Run as {@code
 * LowRankCost THREADS M N RANK CLIENTS TURNS}. Prints one line of a Markdown table for each kind of
 * factors: independent ones, whose spectrum has no gap, and ones around a common adapter.
 */
final class LowRankCost {
  private LowRankCost() {}

  /** Measures one setting. */
  public static void main(String[] args) {
    int[] of = Arrays.stream(args).mapToInt(Integer::parseInt).toArray();
    Torch.prepareThread(of[0]);
    for (double common : new double[] {1, 0}) {
      List<LowRank.Term> terms = terms(of[1], of[2], of[3], of[4], common);
      double[] exact = new double[of[5]];
      double[] merge = new double[of[5]];
      double distance = 0;
      LowRank.merge(terms, of[3]); // until code is compiled
      for (int i = 0; i < of[5]; i++) {
        long begin = System.nanoTime();
        Svd best = LowRank.exact(terms, of[3]);
        exact[i] = (System.nanoTime() - begin) / 1e9;
        begin = System.nanoTime();
        Svd merged = LowRank.merge(terms, of[3]);
        merge[i] = (System.nanoTime() - begin) / 1e9;
        distance = distance(merged, best);
      }
      System.out.printf(
          Locale.ROOT,
          "| %d | %s | %.3f | %.3f | %.1e |%n",
          of[4],
          common == 0 ? "independent" : "around a common adapter",
          median(exact),
          median(merge),
          distance);
    }
  }

  private static List<LowRank.Term> terms(int m, int n, int rank, int clients, double common) {
    Matrix b = RandomMatrices.random(m, rank, 1);
    Matrix a = RandomMatrices.random(rank, n, 2);
    List<LowRank.Term> terms = new ArrayList<>();
    for (int k = 0; k < clients; k++) {
      terms.add(
          new LowRank.Term(
              1.0 / clients,
              near(b, RandomMatrices.random(m, rank, 10 + k), common),
              near(a, RandomMatrices.random(rank, n, 10_000 + k), common)));
    }
    return terms;
  }

  private static Matrix near(Matrix centre, Matrix own, double common) {
    for (int i = 0; i < own.values().length; i++) {
      own.values()[i] += common * centre.values()[i];
    }
    return own;
  }

  /** |U S Vᵀ − U' S' V'ᵀ|_F / |S'|_F, from small products. */
  private static double distance(Svd x, Svd y) {
    Matrix left = Matrix.beside(List.of(x.us(), y.us().scaleColumns(j -> -1)));
    Matrix right = Matrix.beside(List.of(x.v(), y.v()));
    Matrix core =
        Gemm.product(Decompositions.qr(left).r(), false, Decompositions.qr(right).r(), true);
    return RandomMatrices.norm(core) / RandomMatrices.norm(new Matrix(1, y.s().length, y.s()));
  }

  private static double median(double[] seconds) {
    double[] sorted = seconds.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }
}
