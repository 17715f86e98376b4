package org.tributary.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Differences to the best variant, and the Pareto front. */
class RankingTest {
  @TempDir Path dir;
  private MadeRuns runs;

  @BeforeEach
  void makeFolder() {
    runs = new MadeRuns(dir.resolve("made"));
  }

  private void run(String name, double accuracy, long rows, long bytes) throws IOException {
    runs.run(name, name, 1, bytes).round(accuracy, 1, rows).write(1);
  }

  private Ranking ranking() throws IOException {
    return Ranking.of(
        Subject.read(MadeRuns.STORE, new HistoryReader(MadeRuns.STORE), List.of(runs.path())));
  }

  /** Newcombe 1998, table II, contrast (a): 56/70 and 48/80 differ by 0.0524 to 0.3339. */
  @Test
  void newcombeIsAsPublished() {
    double[] ends = Difference.newcombe(56 / 70.0, 70, 48 / 80.0, 80, 0.95);
    assertThat(ends[0]).isCloseTo(0.0524, within(5e-5));
    assertThat(ends[1]).isCloseTo(0.3339, within(5e-5));
  }

  @Test
  void moreComparisonsNeedMoreCertainty() throws IOException {
    run("a", 0.60, 200, 10);
    run("b", 0.50, 200, 10);
    assertThat(ranking().difference(ranking().ranked().get(1)).certain()).isTrue();
    run("c", 0.49, 200, 10);
    run("d", 0.48, 200, 10);
    Ranking ranking = ranking();
    assertThat(ranking.ranked()).extracting(Variant::name).containsExactly("a", "b", "c", "d");
    assertThat(ranking.difference(ranking.ranked().get(1)).certain()).isFalse();
  }

  @Test
  void theFrontHasWhatNothingBeatsInBoth() throws IOException {
    run("cheap", 0.5, 100, 10);
    run("dear", 0.9, 100, 1000);
    run("between", 0.7, 100, 100);
    run("beaten", 0.6, 100, 500);
    run("same", 0.7, 100, 100);
    run("worse", 0.5, 100, 20);
    Ranking ranking = ranking();
    assertThat(ParetoSection.front(ranking.ranked(), Metric.ACCURACY, Cost.BYTES))
        .extracting(Variant::name)
        .containsExactly("cheap", "between", "same", "dear");
    Optional<Section> section = new ParetoSection(ranking, "").section();
    assertThat(section.orElseThrow().lead())
        .startsWith("The Pareto front for bytes is cheap, between, same, dear");
  }

  @Test
  void keysAreSharedOrDiffer() throws IOException {
    run("a", 0.5, 100, 10);
    run("b", 0.5, 100, 10);
    assertThat(ranking().shared()).containsOnlyKeys("rounds").containsEntry("rounds", "1");
    assertThat(ranking().differing()).containsOnlyKeys("framework.name");
    assertThat(ranking().differing().get("framework.name")).containsExactly("a", "b");
  }
}
