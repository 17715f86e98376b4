package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tributary.tables.DriftsTable.Central;
import org.tributary.tables.DriftsTable.Entry;
import org.tributary.tables.DriftsTable.Moved;
import org.tributary.tables.RoundScores;
import org.tributary.tables.RunLabels;

/** The lines that {@code analyze} prints for a comparison. */
class DriftsTextTest {
  private static Entry entry(String variant, long seed, int round, double moved) {
    RunLabels labels =
        new RunLabels(
            variant + "-" + seed, variant, false, "fedavg", "adamw", seed, 0.1, null, "set");
    return new Entry(
        labels,
        round,
        new Central("central-" + seed, 2, 0.5, 8, 0.9),
        new Moved(moved, 0.1, 0.9, 0.2, null, 0.8, 1.0),
        new RoundScores("test", 1.0, 0.5),
        null);
  }

  @Test
  void seedsShareALineWhateverTheRoundOfTheirResult() {
    List<String> lines =
        DriftsText.lines(List.of(entry("avg", 1, 4, 0.1), entry("avg", 2, 6, 0.3)));
    assertThat(lines).hasSize(2);
    assertThat(lines.get(1)).startsWith("avg on set, rounds 4 to 6").contains("0.2000 ± 0.1414");
  }

  @Test
  void roundsOfOneRunHaveLinesOfTheirOwn() {
    List<Entry> entries =
        List.of(
            entry("avg", 1, 1, 0.1),
            entry("avg", 2, 1, 0.1),
            entry("avg", 1, 2, 0.2),
            entry("avg", 2, 2, 0.2));
    List<String> lines = DriftsText.lines(entries);
    assertThat(lines).hasSize(3);
    assertThat(lines.get(1)).startsWith("avg on set, round 1 ").contains("0.1000 ± 0.0000");
    assertThat(lines.get(2)).startsWith("avg on set, round 2 ").contains("0.2000 ± 0.0000");
  }
}
