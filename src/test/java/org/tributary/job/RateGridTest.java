package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.tributary.config.CompareConfig;
import org.tributary.config.ConfigReader;

/** The rates that a search tries, for scores that a test makes up. */
class RateGridTest {
  private static RateGrid grid(String more, double configured) {
    CompareConfig config =
        ConfigReader.written(
                "c.yaml",
                "{out: c, train: a.yaml, variants: {a: []}, %s}".formatted(more),
                List.of(),
                CompareConfig.class,
                Map.of())
            .config();
    return RateGrid.of(config, "a", configured);
  }

  /** Tries rates until the search ends. */
  private static Map<String, Double> search(RateGrid grid, DoubleUnaryOperator score) {
    Map<String, Double> scores = new LinkedHashMap<>();
    for (Optional<String> rate = grid.next(scores); rate.isPresent(); rate = grid.next(scores)) {
      assertThat(scores).doesNotContainKey(rate.get());
      scores.put(rate.get(), score.applyAsDouble(Double.parseDouble(rate.get())));
    }
    return scores;
  }

  /** A loss that is smallest at a rate. */
  private static DoubleUnaryOperator bestAt(double rate) {
    return tried -> Math.pow(Math.log(tried / rate), 2);
  }

  @Test
  void theFirstGridLiesAroundTheConfiguredRate() {
    assertThat(grid("search: {}", 1e-3).first()).containsExactly("3.33e-4", "1.0e-3", "3.0e-3");
    assertThat(grid("search: {points: 4, factor: 10}", 0.25).first())
        .containsExactly("2.5e-3", "2.5e-2", "2.5e-1", "2.5e+0");
    assertThat(grid("search: {points: 1}", 20).first()).containsExactly("2.0e+1");
    assertThat(grid("search: {}, rates: {a: [0.1, 0.2]}", 1e-3).first())
        .containsExactly("0.1", "0.2");
    assertThat(grid("seeds: [1]", 1e-3).first()).isEmpty();
  }

  @Test
  void aBestRateInTheMiddleEndsTheSearch() {
    RateGrid grid = grid("search: {}", 1e-3);
    Map<String, Double> scores = search(grid, bestAt(1e-3));
    assertThat(scores).containsOnlyKeys("3.33e-4", "1.0e-3", "3.0e-3");
    assertThat(grid.best(scores)).contains("1.0e-3");
    assertThat(grid.edge(scores)).isEmpty();
  }

  @Test
  void theGridWidensToAnOptimumOutsideIt() {
    RateGrid grid = grid("search: {factor: 10}", 1e-3);
    Map<String, Double> larger = search(grid, bestAt(1.5));
    assertThat(larger).containsOnlyKeys("1.0e-4", "1.0e-3", "1.0e-2", "1.0e-1", "1.0e+0", "1.0e+1");
    assertThat(grid.best(larger)).contains("1.0e+0");
    assertThat(grid.edge(larger)).isEmpty();
    Map<String, Double> smaller = search(grid, bestAt(2e-6));
    assertThat(grid.best(smaller)).contains("1.0e-6");
    assertThat(grid.possible()).containsAll(larger.keySet()).containsAll(smaller.keySet());
    RateGrid one = grid("search: {factor: 10, points: 1}", 1e-3);
    assertThat(one.best(search(one, bestAt(1e-1)))).contains("1.0e-1");
  }

  @Test
  void theBoundEndsTheSearchAtAnEdge() {
    RateGrid grid = grid("search: {factor: 10, most: 4}", 1e-3);
    Map<String, Double> scores = search(grid, bestAt(1e9));
    assertThat(scores).hasSize(4);
    assertThat(grid.best(scores)).contains("1.0e-1");
    assertThat(grid.edge(scores)).contains(RateGrid.Edge.LARGEST);
    Map<String, Double> down = search(grid, bestAt(1e-9));
    assertThat(grid.edge(down)).contains(RateGrid.Edge.SMALLEST);
  }

  /** A rate that diverges is worst, also at the edge and if all of the first grid do. */
  @Test
  void ratesThatFailAreWorst() {
    RateGrid grid = grid("search: {factor: 10}", 1);
    Map<String, Double> scores =
        search(grid, rate -> rate > 5e-4 ? Double.NaN : bestAt(1e-4).applyAsDouble(rate));
    assertThat(grid.best(scores)).contains("1.0e-4");
    assertThat(scores.keySet())
        .containsExactly("1.0e-1", "1.0e+0", "1.0e+1", "1.0e-2", "1.0e-3", "1.0e-4", "1.0e-5");
    Map<String, Double> never = search(grid, rate -> Double.POSITIVE_INFINITY);
    assertThat(never).hasSize(8);
    assertThat(grid.best(never)).isEmpty();
  }

  @Test
  void ofEqualScoresTheSmallestRateIsChosen() {
    RateGrid grid = grid("search: {most: 3}, score: accuracy, rates: {a: [0.3, 0.1, 0.2]}", 1);
    Map<String, Double> scores = search(grid, rate -> 0.5);
    assertThat(scores.keySet()).containsExactly("0.3", "0.1", "0.2");
    assertThat(grid.best(scores)).contains("0.1");
    RateGrid listed = grid("score: accuracy, rates: {a: [0.3, 0.1, 0.2]}", 1);
    assertThat(listed.best(search(listed, rate -> 0.5)))
        .as("without a search the first one, as before")
        .contains("0.3");
    assertThat(listed.possible()).containsExactly("0.3", "0.1", "0.2");
  }

  @Test
  void aSearchStaysInTheRangeOfNumbers() {
    RateGrid grid = grid("search: {factor: 100, most: 200}", 1e-300);
    assertThat(grid.best(search(grid, rate -> rate))).isPresent();
    assertThat(grid.possible()).allSatisfy(r -> assertThat(Double.parseDouble(r)).isPositive());
  }
}
