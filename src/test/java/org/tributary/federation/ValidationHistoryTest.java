package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.tributary.evaluation.Evaluation;
import org.tributary.tables.RoundSummary;

/** Which round is the best one, and when a run stops early. */
class ValidationHistoryTest {
  private static Evaluation evaluation(String client, String part, double loss) {
    return new Evaluation(client, part, 10, 0.1, new TreeMap<>(Map.of("loss", loss)), null);
  }

  private static RoundSummary round(int round, List<Evaluation> evaluations) {
    return new RoundSummary(
        round, List.of(), List.of(), Map.of(), 0, 0, 0, 0, 0, 0, false, null, evaluations);
  }

  /** A history with one evaluation per round. */
  private static ValidationHistory of(double... losses) {
    ValidationHistory history = new ValidationHistory();
    for (int i = 0; i < losses.length; i++) {
      history.add(round(i, List.of(evaluation(null, "validation", losses[i]))));
    }
    return history;
  }

  @Test
  void theFirstOfTheRoundsWithTheLowestLossIsTheBest() {
    assertThat(of().best()).isEmpty();
    assertThat(of(3, 1, 2, 1).best()).hasValue(1);
    assertThat(of(3, Double.NaN, 2).best()).hasValue(2);
    assertThat(of(Double.NaN, Double.POSITIVE_INFINITY).best()).isEmpty();
  }

  @Test
  void onlyValidationCountsAndPersonalModelsByTheirMean() {
    ValidationHistory history = new ValidationHistory();
    List<Evaluation> first = new ArrayList<>();
    first.add(evaluation("a", "validation", 1));
    first.add(evaluation("b", "validation", 3));
    first.add(evaluation("a", "test", 0));
    history.add(round(0, first));
    history.add(round(1, List.of()));
    history.add(round(2, List.of(evaluation("a", "validation", 1.5), evaluation("b", "test", 0))));
    assertThat(history.best()).hasValue(2);
  }

  @Test
  void theRunStopsAfterSoManyEvaluationsWithoutALowerLoss() {
    assertThat(of(3, 2, 2).isOver(0)).isFalse();
    assertThat(of(3, 2, 2).isOver(1)).isTrue();
    assertThat(of(3, 2, 2).isOver(2)).isFalse();
    assertThat(of(3, 2, 2, 2.5).isOver(2)).isTrue();
    assertThat(of(3, 2, 2, 1).isOver(1)).isFalse();
    assertThat(of(Double.NaN).isOver(2)).isFalse();
    assertThat(of(Double.NaN, Double.NaN).isOver(2)).isTrue();
  }
}
