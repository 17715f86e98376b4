package org.tributary.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.client.BackwardMode;
import org.tributary.client.Recipe;

/**
 * Learning rates over the run: shapes, warmup, and that a round starts where the last one ended.
 */
class ScheduleTest {
  @Test
  void cosineIsTheGoldenRunsFormula() {
    Schedule schedule = new Schedule("cosine", 0.003, 4, 20);
    for (int t = 0; t < 20; t++) {
      double expected =
          t < 4 ? 0.003 * (t + 1) / 4 : 0.003 * 0.5 * (1 + Math.cos(Math.PI * (t - 4) / (20 - 4)));
      assertThat(schedule.at(t)).as("step %d", t).isCloseTo(expected, within(1e-18));
    }
  }

  @Test
  void linearFallsToZeroAtTheEnd() {
    Schedule schedule = new Schedule("linear", 0.5, 2, 10);
    assertThat(schedule.at(0)).isEqualTo(0.25);
    assertThat(schedule.at(1)).isEqualTo(0.5);
    assertThat(schedule.at(2)).isEqualTo(0.5);
    assertThat(schedule.at(6)).isEqualTo(0.25);
    assertThat(schedule.at(9)).isCloseTo(0.5 / 8, within(1e-18));
    assertThat(schedule.at(10)).isZero();
  }

  @Test
  void constantStays() {
    Schedule schedule = new Schedule("constant", 0.1, 0, 3);
    assertThat(schedule.at(0)).isEqualTo(0.1);
    assertThat(schedule.at(1000)).isEqualTo(0.1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"constant", "linear", "cosine"})
  void isNeverNegativeNorAboveItsHighest(String name) {
    for (long warmup : new long[] {0, 1, 5, 30}) {
      Schedule schedule = new Schedule(name, 2, warmup, 20);
      for (int t = 0; t < 40; t++) {
        assertThat(schedule.at(t)).isBetween(0.0, 2.0);
      }
    }
    assertThat(Schedule.names()).contains(name);
  }

  private static Recipe recipe(int rounds, int steps, double epochs, int batch, int accumulate) {
    return new Recipe(
        1,
        rounds,
        steps,
        epochs,
        batch,
        accumulate,
        1,
        null,
        "cosine",
        0.01,
        3,
        false,
        BackwardMode.WHOLE);
  }

  @Test
  void aRunsScheduleIsOverAllItsRounds() {
    Recipe recipe = recipe(5, 4, 0, 8, 1);
    Schedule run = recipe.scheduleFor(recipe.stepsFor(1000));
    assertThat(run.total()).isEqualTo(20);
    assertThat(run.at(3)).isEqualTo(0.01);
    assertThat(run.at(4)).as("first step of round 1").isLessThan(0.01).isGreaterThan(0.009);
    assertThat(run.at(19)).isPositive().isLessThan(0.001);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 8, 1, 80, 10",
    "1, 8, 1, 81, 11",
    "0.5, 8, 2, 64, 2",
    "3, 4, 1, 1, 1",
    "0.001, 4, 1, 5, 1",
    "1.1, 1, 1, 50, 55",
    "1.1, 2, 1, 100, 55"
  })
  void epochsBecomeSteps(double epochs, int batch, int accumulate, int rows, int steps) {
    assertThat(recipe(5, 0, epochs, batch, accumulate).stepsFor(rows)).isEqualTo(steps);
    assertThat(recipe(5, 7, 0, batch, accumulate).stepsFor(rows)).isEqualTo(7);
  }
}
