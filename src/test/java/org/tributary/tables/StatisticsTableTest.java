package org.tributary.tables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tributary.rows.Row;

/** Statistics of made-up scores, computed by hand. */
class StatisticsTableTest {
  private static StatisticsTable.Runs runs(String set, String variant, double... accuracies) {
    Map<String, RunReport> bySeed = new LinkedHashMap<>();
    for (int seed = 0; seed < accuracies.length; seed++) {
      bySeed.put(
          "" + seed,
          new RunReport(
              variant,
              "seed=" + seed,
              "fedit",
              1,
              1,
              Map.of("test", 10L),
              Map.of("test", Map.of("accuracy", accuracies[seed])),
              0,
              0,
              0,
              0,
              0));
    }
    return new StatisticsTable.Runs(set, variant, bySeed);
  }

  private static Row row(List<Row> rows, String set, String variant) {
    List<Row> found = new ArrayList<>(rows);
    found.removeIf(r -> !(r.text("partition") + r.text("variant")).equals(set + variant));
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  /**
   * Differences 0.1, 0.2, 0.3: t = 2 √3, p = 1 - √(12/14) = 0.0742, and 2 of 8 sign assignments.
   * Differences -0.01, 0.01, 0: mean 0, so p = 1. Three comparisons are corrected together: the
   * smallest p by 3.
   */
  @Test
  void differencesToTheBaselineAreThoseOfEqualSeeds() {
    List<Row> rows =
        StatisticsTable.rows(
            List.of(
                runs("iid", "base", 0.5, 0.4, 0.3),
                runs("iid", "better", 0.6, 0.6, 0.6),
                runs("iid", "same", 0.49, 0.41, 0.3),
                runs("skew", "base", 0.5, 0.5, 0.5),
                runs("skew", "better", 0.5, 0.6, Double.NaN)),
            "base");
    assertThat(rows).hasSize(5);
    Row better = row(rows, "iid", "better");
    assertThat(better.doubleAt("difference")).isCloseTo(0.2, within(1e-12));
    assertThat(better.doubleAt("t")).isCloseTo(2 * Math.sqrt(3), within(1e-9));
    double p = 1 - Math.sqrt(12 / 14.0);
    assertThat(better.doubleAt("p_t")).isCloseTo(p, within(1e-9));
    assertThat(better.doubleAt("p_t_holm")).isCloseTo(3 * p, within(1e-9));
    assertThat(better.doubleAt("difference_low"))
        .isCloseTo(0.2 - 4.302653 * 0.1 / Math.sqrt(3), within(1e-6));
    assertThat(better.longAt("permutations")).isEqualTo(8);
    assertThat(better.doubleAt("p_permutation")).isEqualTo(0.25);
    assertThat(better.doubleAt("p_permutation_holm")).isEqualTo(0.75);
    assertThat(better.isNull("low")).as("three equal scores do not scatter").isTrue();
    assertThat(row(rows, "iid", "same").doubleAt("p_t")).isCloseTo(1, within(1e-9));
    Row base = row(rows, "iid", "base");
    assertThat(base.doubleAt("mean")).isCloseTo(0.4, within(1e-12));
    assertThat(base.doubleAt("deviation")).isCloseTo(0.1, within(1e-12));
    assertThat(base.isNull("baseline")).isTrue();
    assertThat(base.isNull("p_t")).isTrue();
    Row diverged = row(rows, "skew", "better");
    assertThat(diverged.longAt("seeds")).isEqualTo(2);
    assertThat(diverged.longAt("missing")).isEqualTo(1);
    assertThat(diverged.longAt("pairs")).isEqualTo(2);
    assertThat(diverged.doubleAt("difference")).isCloseTo(0.05, within(1e-12));
  }

  @Test
  void withoutABaselineThereAreOnlyMeans() {
    List<Row> rows =
        StatisticsTable.rows(List.of(runs("iid", "a", 0.5), runs("iid", "b", 1)), null);
    assertThat(rows).allSatisfy(row -> assertThat(row.isNull("difference")).isTrue());
    assertThat(rows.get(0).doubleAt("mean")).isEqualTo(0.5);
    assertThat(rows.get(0).isNull("deviation")).isTrue();
  }
}
