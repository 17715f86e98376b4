package org.tributary.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.tributary.linalg.RandomMatrices.distance;
import static org.tributary.linalg.RandomMatrices.norm;
import static org.tributary.linalg.RandomMatrices.random;
import static org.tributary.linalg.RandomMatrices.skew;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.IntToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A merge of many clients is proved to be the best approximation, or it is computed exactly: for
 * spectra with and without a gap, sums of low rank and zeros, on matrices that are never square.
 */
class BlockKrylovTest {
  /** Clients of unequal ranks and weights whose factors are near common ones of rank 4. */
  private static List<LowRank.Term> terms(int m, int n, int clients, double common, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Matrix b = random(m, 4, seed + 1);
    Matrix a = random(4, n, seed + 2);
    List<LowRank.Term> terms = new ArrayList<>();
    for (int k = 0; k < clients; k++) {
      int rank = 1 + k % 4;
      Matrix own = random(m, rank, random.nextLong());
      Matrix ownA = random(rank, n, random.nextLong());
      for (int j = 0; j < rank; j++) {
        for (int i = 0; i < m; i++) {
          own.values()[i * rank + j] += common * b.at(i, j);
        }
        for (int i = 0; i < n; i++) {
          ownA.values()[j * n + i] += common * a.at(j, i);
        }
      }
      terms.add(new LowRank.Term(random.nextDouble(0.1, 1), own, ownA));
    }
    return terms;
  }

  /** Terms of rank one whose sum has given singular values. */
  private static List<LowRank.Term> spectrum(int m, int n, int count, IntToDoubleFunction s) {
    Matrix u = Decompositions.qr(random(m, count, 5)).q();
    Matrix v = Decompositions.qr(random(n, count, 6)).q();
    List<LowRank.Term> terms = new ArrayList<>();
    for (int j = 0; j < count; j++) {
      int column = j;
      Matrix b = new Matrix(m, 1, columnOf(u, column));
      terms.add(
          new LowRank.Term(
              1,
              b.scaleColumns(i -> s.applyAsDouble(column)),
              new Matrix(1, n, columnOf(v, column))));
    }
    return terms;
  }

  private static double[] columnOf(Matrix m, int column) {
    double[] values = new double[m.rows()];
    Arrays.setAll(values, i -> m.at(i, column));
    return values;
  }

  private static void checkBest(List<LowRank.Term> terms, int rank, Svd found) {
    Svd best = LowRank.exact(terms, rank);
    assertThat(distance(found.product(), best.product()))
        .isLessThan(BlockKrylov.TOLERANCE * norm(best.product()));
    checkTriplets(found, best.s());
  }

  private static void checkTriplets(Svd found, double[] s) {
    for (int j = 0; j < s.length; j++) {
      assertThat(found.s()[j]).isCloseTo(s[j], within(1e-8 * s[0] + 1e-12));
    }
    assertThat(skew(found.u())).isLessThan(1e-10);
    assertThat(skew(found.v())).isLessThan(1e-10);
  }

  /** The last row is so wide that M itself is formed. */
  @ParameterizedTest
  @CsvSource({"180, 230, 80", "230, 180, 80", "170, 400, 150", "160, 190, 270"})
  void manyClientsNearACommonAdapter(int m, int n, int clients) {
    for (int seed = 0; seed < 3; seed++) {
      List<LowRank.Term> terms = terms(m, n, clients, 2, 100 * seed);
      for (int rank : new int[] {1, 2}) {
        Optional<Svd> found = LowRank.largest(terms, rank);
        assertThat(found).as("proved").isPresent();
        checkBest(terms, rank, found.get());
        checkBest(terms, rank, LowRank.merge(terms, rank));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"0.9", "0.5", "0.1", "1e-3"})
  void theLargerTheGapTheSoonerItIsProved(double below) {
    List<LowRank.Term> terms =
        spectrum(190, 260, 170, j -> j < 2 ? 3 - j : below * Math.exp(-0.01 * j));
    Optional<Svd> found = LowRank.largest(terms, 2);
    assertThat(found).isPresent();
    checkBest(terms, 2, found.get());
  }

  @Test
  void withoutAGapNothingIsProvedAndTheMergeIsExact() {
    List<LowRank.Term> equal = spectrum(190, 260, 170, j -> j < 1 ? 2 : 1);
    List<LowRank.Term> close = spectrum(190, 260, 170, j -> 1 - 1e-6 * j);
    for (List<LowRank.Term> terms : List.of(equal, close, terms(190, 260, 80, 0, 7))) {
      assertThat(LowRank.largest(terms, 2)).isEmpty();
      Svd merged = LowRank.merge(terms, 2);
      assertThat(merged.product().values()).isEqualTo(LowRank.exact(terms, 2).product().values());
      Matrix dense = LowRank.dense(terms);
      double[] all = Decompositions.svd(dense).s();
      double rest = Math.sqrt(Arrays.stream(all).skip(2).map(s -> s * s).sum());
      assertThat(distance(merged.product(), dense)).isCloseTo(rest, within(1e-9 * norm(dense)));
    }
  }

  @Test
  void aSumOfLowRankIsExact() {
    List<LowRank.Term> terms = new ArrayList<>(spectrum(190, 260, 3, j -> 5 - j));
    for (int k = 0; k < 80; k++) {
      Matrix none = Matrix.zeros(2, 260);
      none.values()[3] = 1e-300; // not zero, so it is not left out
      terms.add(new LowRank.Term(0.5, random(190, 2, k), none));
    }
    Optional<Svd> found = LowRank.largest(terms, 3);
    assertThat(found).isPresent();
    checkTriplets(found.get(), new double[] {5, 4, 3});
    checkTriplets(LowRank.merge(terms, 5), new double[] {5, 4, 3, 0, 0});
  }

  @Test
  void updatesOfZerosGiveZerosAndOrthonormalDirections() {
    List<LowRank.Term> terms = new ArrayList<>();
    for (int k = 0; k < 90; k++) {
      terms.add(new LowRank.Term(0.1, Matrix.zeros(190, 2), random(2, 260, k)));
    }
    checkTriplets(LowRank.merge(terms, 3), new double[] {0, 0, 0});
    terms.add(new LowRank.Term(1, random(190, 2, 1), random(2, 260, 2)));
    terms.add(new LowRank.Term(0, random(190, 2, 3), random(2, 260, 4)));
    checkBest(terms.subList(90, 91), 2, LowRank.merge(terms, 2));
  }

  @Test
  void theSameBitsAgainAndFromAnotherThread() throws Exception {
    List<LowRank.Term> terms = terms(180, 230, 80, 2, 9);
    double[] once = LowRank.largest(terms, 2).orElseThrow().us().values();
    double[][] again = new double[1][];
    Thread other =
        new Thread(() -> again[0] = LowRank.largest(terms, 2).orElseThrow().us().values());
    other.start();
    other.join();
    assertThat(again[0]).isEqualTo(once);
  }
}
