package org.tributary.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Cohorts are kept for some rounds, and asking again never changes them. */
class CohortsTest {
  private static final List<String> CLIENTS =
      IntStream.range(0, 20).mapToObj("%04d"::formatted).toList();

  private final Cohorts cohorts = new Cohorts(CLIENTS, 0.3, 7);

  @Test
  void areTheSamplesOfTheirRounds() {
    for (int pass = 0; pass < 2; pass++) {
      for (int round = 0; round < 100; round++) {
        assertThat(cohorts.of(round)).isEqualTo(Cohort.sample(CLIENTS, 0.3, 7, round)).hasSize(6);
      }
    }
  }

  @Test
  void theLastRoundOfAClientIsTheLatestThatHasIt() {
    for (String client : CLIENTS) {
      int round = 40;
      int last = cohorts.lastBefore(client, round);
      assertThat(cohorts.of(last)).contains(client);
      assertThat(IntStream.range(last + 1, round))
          .noneMatch(later -> cohorts.of(later).contains(client));
      assertThat(cohorts.lastBefore(client, 0)).isEqualTo(-1);
    }
  }
}
