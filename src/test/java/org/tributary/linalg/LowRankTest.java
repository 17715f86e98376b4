package org.tributary.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.tributary.linalg.RandomMatrices.distance;
import static org.tributary.linalg.RandomMatrices.norm;
import static org.tributary.linalg.RandomMatrices.random;
import static org.tributary.linalg.RandomMatrices.skew;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Merged factors equal the dense SVD of Σ w_k B_k A_k: K ≥ 3, unequal ranks, never square. */
class LowRankTest {
  /** Clients with different ranks and different weights. */
  private static List<LowRank.Term> terms(int m, int n, int clients, int most, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<LowRank.Term> terms = new ArrayList<>();
    for (int k = 0; k < clients; k++) {
      int rank = k == 0 ? 1 : random.nextInt(2, most + 1);
      terms.add(
          new LowRank.Term(
              (1 + k) * random.nextDouble(0.1, 1),
              random(m, rank, random.nextLong()),
              random(rank, n, random.nextLong())));
    }
    return terms;
  }

  /** By triple loops, without any of the code under test. */
  private static Matrix sum(List<LowRank.Term> terms) {
    Matrix sum = Matrix.zeros(terms.get(0).b().rows(), terms.get(0).a().columns());
    for (LowRank.Term term : terms) {
      Matrix ba = RandomMatrices.product(term.b(), term.a());
      for (int i = 0; i < ba.values().length; i++) {
        sum.values()[i] += term.weight() * ba.values()[i];
      }
    }
    return sum;
  }

  @Property(tries = 60)
  void equalsTheDenseSvd(
      @ForAll @IntRange(min = 3, max = 6) int clients,
      @ForAll @IntRange(min = 8, max = 60) int m,
      @ForAll @IntRange(min = 1, max = 40) int wider,
      @ForAll boolean tall,
      @ForAll @IntRange(min = 2, max = 5) int most,
      @ForAll long seed) {
    int rows = tall ? m + wider : m;
    int columns = tall ? m : m + wider;
    List<LowRank.Term> terms = terms(rows, columns, clients, most, seed);
    Matrix dense = sum(terms);
    Svd expected = Decompositions.svd(dense);
    int full = Math.min(m, IntStream.range(0, clients).map(k -> terms.get(k).a().rows()).sum());
    for (int rank : new int[] {1, most, full}) {
      Svd merged = LowRank.merge(terms, rank);
      assertThat(merged.s()).hasSize(rank);
      assertThat(distance(merged.product(), expected.first(rank).product()))
          .as("rank %d", rank)
          .isLessThan(1e-9 * norm(dense) * slack(expected.s(), rank));
      for (int j = 0; j < rank; j++) {
        assertThat(merged.s()[j]).isCloseTo(expected.s()[j], within(1e-9 * expected.s()[0]));
      }
      assertThat(skew(merged.u())).isLessThan(1e-10);
      assertThat(skew(merged.v())).isLessThan(1e-10);
    }
    assertThat(distance(LowRank.merge(terms, full).product(), dense))
        .isLessThan(1e-9 * norm(dense));
  }

  /** A cut between two nearly equal singular values is ill-posed; the bound grows with them. */
  private static double slack(double[] s, int rank) {
    double gap = rank < s.length ? s[rank - 1] - s[rank] : s[rank - 1];
    return Math.max(1, 1e-4 * s[0] / Math.max(gap, 1e-12));
  }

  @Property(tries = 40)
  void noOtherMatrixOfThatRankIsNearer(
      @ForAll @IntRange(min = 1, max = 5) int rank, @ForAll long seed) {
    List<LowRank.Term> terms = terms(23, 17, 4, 4, seed);
    Matrix dense = sum(terms);
    Svd best = LowRank.merge(terms, rank);
    double[] all = Decompositions.svd(dense).s();
    double rest = Math.sqrt(IntStream.range(rank, 17).mapToDouble(j -> all[j] * all[j]).sum());
    double error = distance(best.product(), dense);
    assertThat(error).isCloseTo(rest, within(1e-9 * norm(dense)));
    Matrix left = random(23, rank, seed + 1);
    for (double nudge : new double[] {1e-3, -1e-3, 0.1}) {
      Matrix moved = Matrix.zeros(23, rank);
      for (int i = 0; i < moved.values().length; i++) {
        moved.values()[i] = best.us().values()[i] + nudge * left.values()[i];
      }
      Matrix other = Gemm.product(moved, false, best.v(), true);
      assertThat(distance(other, dense)).isGreaterThan(error - 1e-9);
    }
  }

  @Property(tries = 30)
  void factorsAndTheDenseWayMeet(
      @ForAll @IntRange(min = 3, max = 5) int clients, @ForAll long seed) {
    List<LowRank.Term> terms = terms(150, 31, clients, 5, seed); // at most 21 columns of 31
    Svd factored = LowRank.factored(terms, 0);
    Svd dense = Decompositions.svd(LowRank.dense(terms)).first(factored.s().length);
    assertThat(distance(factored.product(), dense.product()))
        .isLessThan(1e-9 * norm(dense.product()));
  }

  @Test
  void moreColumnsThanTheShorterSideGoTheDenseWay() {
    List<LowRank.Term> terms = terms(9, 14, 6, 8, 3);
    assertThat(terms.stream().mapToInt(t -> t.a().rows()).sum()).isGreaterThan(9);
    Svd merged = LowRank.merge(terms, 9);
    assertThat(distance(merged.product(), sum(terms))).isLessThan(1e-9 * norm(sum(terms)));
  }

  @Test
  void beyondTheRankOfTheSumDirectionsAreStillOrthonormal() {
    List<LowRank.Term> terms = List.of(new LowRank.Term(0.5, random(20, 2, 1), random(2, 30, 2)));
    Svd merged = LowRank.merge(terms, 6);
    assertThat(merged.s()).hasSize(6);
    assertThat(merged.s()[2]).isLessThan(1e-12);
    assertThat(skew(merged.v())).isLessThan(1e-10);
    assertThat(distance(merged.product(), sum(terms))).isLessThan(1e-10);
  }

  @Test
  void largeOnesToo() {
    List<LowRank.Term> terms = terms(700, 400, 8, 16, 11);
    Svd merged = LowRank.merge(terms, 16);
    Svd expected = Decompositions.svd(sum(terms)).first(16);
    assertThat(distance(merged.product(), expected.product()))
        .isLessThan(1e-9 * norm(expected.product()));
    assertThat(LowRank.merge(terms, 16).u().values()).isEqualTo(merged.u().values());
  }

  @Test
  void ranksAndWeightsThatMakeNoSenseAreRefused() {
    List<LowRank.Term> terms = terms(5, 7, 3, 2, 1);
    assertThatThrownBy(() -> LowRank.merge(terms, 6)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> LowRank.merge(terms, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new LowRank.Term(-1, random(2, 1, 1), random(1, 2, 1)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new LowRank.Term(1, random(2, 1, 1), random(2, 2, 1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
