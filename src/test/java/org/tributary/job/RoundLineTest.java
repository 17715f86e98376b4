package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.tributary.evaluation.Evaluation;
import org.tributary.federation.RoundListener.Phase;
import org.tributary.tables.RoundSummary;

/** The progress line of a round, and what counts as a terminal. */
class RoundLineTest {
  private static Evaluation evaluation(String client, double loss, double accuracy) {
    return new Evaluation(
        client, "test", 10, 0.1, new TreeMap<>(Map.of("loss", loss, "accuracy", accuracy)), null);
  }

  private static String line(Evaluation... evaluations) {
    RoundSummary summary =
        new RoundSummary(
            4,
            List.of("a", "b", "c"),
            List.of("a", "c"),
            Map.of("b", "why"),
            1.25,
            0,
            0,
            2.04,
            0.5,
            1,
            false,
            null,
            List.of(evaluations));
    return RoundLine.of(summary, 12);
  }

  @Test
  void roundsCountFromOneAndScoresComeWithThem() {
    assertThat(line())
        .isEqualTo(
            "round 5/12: 2 of 3 clients, loss 1.2500; train 2.0 s, merge 0.5 s, evaluate 1.0 s");
    assertThat(line(evaluation(null, 2, 0.5)))
        .isEqualTo(
            "round 5/12: 2 of 3 clients, loss 1.2500, test accuracy 0.5000 loss 2.0000; train 2.0 s,"
                + " merge 0.5 s, evaluate 1.0 s");
  }

  @Test
  void clientsModelsAreOneMean() {
    assertThat(line(evaluation("a", 1, 0.5), evaluation("b", 2, 1)))
        .contains(", test (mean of 2 clients' models) accuracy 0.7500 loss 1.5000; train");
  }

  @Test
  void aPhaseSaysWhatComesNext() {
    assertThat(Phase.values()).extracting(RoundLine::now).doesNotContainNull();
    assertThat(RoundLine.now(Phase.MERGED)).isEqualTo("evaluating");
  }

  @Test
  void aTerminalIsADevice() {
    for (String device : List.of("/dev/pts/0", "/dev/tty1", "/dev/console")) {
      assertThat(Terminal.isTerminal(device)).as(device).isTrue();
    }
    for (String file : List.of("/dev/null", "pipe:[123]", "/tmp/err", "socket:[5]", "/dev/pts")) {
      assertThat(Terminal.isTerminal(file)).as(file).isFalse();
    }
  }
}
