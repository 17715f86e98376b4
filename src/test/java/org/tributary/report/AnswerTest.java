package org.tributary.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.error.WrongInput;

/** The first sentence of a report says what the tables show, and nothing more. */
class AnswerTest {
  private static final String TWO =
      "out: x\ntrain: train.yaml\nseeds: [%s]\nvariants: {big: [], small: [framework.name=fedit]}\n";

  @TempDir Path dir;
  private MadeRuns runs;

  @BeforeEach
  void makeFolder() {
    runs = new MadeRuns(dir.resolve("made"));
  }

  private void one(String variant, long seed, double accuracy, long rows) throws IOException {
    runs.run(variant + "/seed=" + seed, variant, seed, 1000)
        .round(0.1, 3, rows)
        .round(accuracy, 1, rows)
        .write();
  }

  @Test
  void oneRunHasWilsonsInterval() throws IOException {
    runs.run("a", "a", 7, 1000)
        .score("test", null, 0.05, 3, 263)
        .round(0.1, 2, 263)
        .round(81 / 263.0, 1, 263)
        .write();
    assertThat(runs.answer())
        .isEqualTo(
            "a reaches a test accuracy of 0.308 (one seed, 263 rows, 95 % interval 0.255 to 0.366) after 2 rounds; before training it was 0.050.");
  }

  @Test
  void aRunThatGoesOnSaysHowFarItIs() throws IOException {
    runs.run("a", "a", 7, 1000).round(0.5, 2, 100).write(8);
    assertThat(runs.answer()).endsWith("after 1 round of 8.");
  }

  @Test
  void aClearWinnerIsNamed() throws IOException {
    runs.comparison(TWO.formatted("1"));
    one("big", 1, 0.9, 1000);
    one("small", 1, 0.5, 1000);
    assertThat(runs.answer())
        .isEqualTo(
            "big has the highest test accuracy: 0.900 (one seed, 1,000 rows, 95 % interval 0.880 to 0.917); small (0.500) is lower by more than the uncertainty.");
  }

  @Test
  void aSmallLeadIsWithinTheUncertainty() throws IOException {
    runs.comparison(TWO.formatted("1"));
    one("big", 1, 0.50, 100);
    one("small", 1, 0.52, 100);
    assertThat(runs.answer())
        .startsWith("small has the highest test accuracy: 0.520")
        .endsWith("; the difference to big (0.500) is within the uncertainty.");
  }

  /** The seeds differ a lot, their differences do not: pairs are compared. */
  @Test
  void seedsAreComparedInPairs() throws IOException {
    runs.comparison(TWO.formatted("1, 2, 3"));
    double[] base = {0.3, 0.5, 0.7};
    for (int seed = 1; seed <= 3; seed++) {
      one("big", seed, base[seed - 1] + 0.1 + 0.001 * seed, 100);
      one("small", seed, base[seed - 1], 100);
    }
    assertThat(runs.answer())
        .contains("0.602")
        .endsWith("small (0.500) is lower by more than the uncertainty.");
  }

  @Test
  void anUnfinishedComparisonSaysSo() throws IOException {
    runs.comparison(TWO.formatted("1"));
    one("big", 1, 0.9, 1000);
    assertThat(runs.answer())
        .startsWith("So far, big has a test accuracy of 0.900")
        .endsWith("no other federated variant has ended.");
  }

  @Test
  void otherDataAreNotRanked() throws IOException {
    runs.run("a", "a", 1, 1000).round(0.5, 1, 10).round(0.5, 1, 10).write();
    runs.run("b", "b", 1, 1000)
        .label("partition", "other")
        .round(0.6, 1, 10)
        .round(0.6, 1, 10)
        .write();
    assertThat(runs.answer())
        .isEqualTo(
            "These runs cannot be ranked, because their partitioned sets (other; set) differ.");
  }

  /** Seeds of one configuration are one variant, even outside of a comparison. */
  @Test
  void runsThatDifferInTheSeedAreOneVariant() throws IOException {
    for (long seed = 1; seed <= 2; seed++) {
      runs.run("a" + seed, "a" + seed, seed, 1000)
          .label("framework", "fedit")
          .round(0.5, 1, 10)
          .round(0.4 + seed / 10.0, 1, 10)
          .write();
    }
    assertThat(runs.answer()).startsWith("a1 reaches a test accuracy of 0.550");
  }

  @Test
  void whatDoesNotFederateIsABaseline() throws IOException {
    runs.comparison(TWO.formatted("1"));
    one("big", 1, 0.5, 1000);
    runs.run("small/seed=1", "small", 1, 0).round(0.9, 1, 1000).round(0.9, 1, 1000).write();
    assertThat(runs.answer()).startsWith("big has a test accuracy of 0.500");
    assertThat(runs.answer()).endsWith("; without federation: small 0.900.");
  }

  /** A run that was not evaluated yet is scored on no rows. */
  @Test
  void aRunWithoutScoresIsNotOnValidationRows() throws IOException {
    runs.comparison(TWO.formatted("1"));
    one("big", 1, 0.5, 1000);
    runs.run("big/lr=0.1", "big", 1, 10).onValidation().round(0.5, 1, 10).write(1);
    runs.run("small/seed=1", "small", 1, 10).write(2);
    assertThat(runs.html()).doesNotContain("Scores are on validation rows");
    runs.run("small/seed=1", "small", 1, 10).onValidation().round(0.5, 1, 10).write(2);
    assertThat(runs.html()).contains("Scores are on validation rows");
  }

  @Test
  void aFolderWithoutRunsIsRefused() throws IOException {
    Files.createDirectories(dir.resolve("made"));
    assertThatThrownBy(runs::html)
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("is no run (it has no config.yaml)");
  }

  /** A mean over the remaining seeds looks better than the method is, so the page says so. */
  @Test
  void aSeedThatDivergesIsToldAndNotHidden() throws IOException {
    runs.comparison(TWO.formatted("1, 2"));
    one("big", 1, 0.5, 100);
    one("big", 2, 0.6, 100);
    one("small", 1, 0.9, 100);
    one("small", 2, Double.NaN, 100);
    assertThat(runs.html())
        .contains(
            "small: 1 of 2 runs ended without a finite test accuracy and is not in its scores.");
  }

  @Test
  void aRunWithoutAFiniteScoreSaysSo() throws IOException {
    runs.run("a", "a", 7, 1000).round(0.5, 1, 10).round(Double.NaN, 1, 10).write();
    assertThat(runs.answer()).isEqualTo("a has ended without a finite test accuracy.");
    assertThat(runs.html()).contains("a (no finite score)").doesNotContain("\"NaN\"");
  }

  /** With result: best, the score is that of the model at the end of the run. */
  @Test
  void theScoreIsThatOfTheResult() throws IOException {
    runs.run("a", "a", 7, 1000)
        .round(0.5, 1, 10)
        .round(0.8, 1, 10)
        .round(0.6, 1, 10)
        .result(2)
        .write(9);
    assertThat(runs.answer())
        .startsWith("a reaches a test accuracy of 0.800")
        .endsWith("after round 2 of 3 rounds.");
    assertThat(runs.html()).contains("3 (result: 2)");
  }

  @Test
  void unequalTermsAndChosenRowsAreTold() throws IOException {
    runs.comparison(TWO.formatted("1"));
    runs.run("big/seed=1", "big", 1, 10)
        .round(0.5, 1, 10)
        .score("validation", null, 0.7, 1, 20)
        .write(1);
    runs.run("small/seed=1", "small", 1, 10).round(0.6, 1, 10).round(0.6, 1, 10).write(2);
    assertThat(runs.html())
        .contains("The runs are not on equal terms: they differ in closed rounds (1; 2), in")
        .doesNotContain("so they are too good");
    MadeRuns chosen = new MadeRuns(dir.resolve("chosen"));
    chosen.run("a", "a", 1, 10).onValidation().round(0.5, 2, 9).round(0.4, 1, 9).result(1).write(2);
    assertThat(chosen.answer()).startsWith("a reaches a validation accuracy of 0.500");
    assertThat(chosen.html())
        .contains("which also chose learning rates or rounds, so they are too good");
  }

  /**
   * Language models have a loss and no accuracy: the lowest is best, and one seed proves nothing.
   */
  @Test
  void languageModelsAreJudgedByTheirLoss() throws IOException {
    runs.comparison(TWO.formatted("1"));
    for (String variant : new String[] {"big", "small"}) {
      runs.run(variant + "/seed=1", variant, 1, 10)
          .generation()
          .round(0, variant.equals("big") ? 2.5 : 1.5, 40)
          .write(1);
    }
    assertThat(runs.answer())
        .isEqualTo(
            "small has the lowest test loss: 1.500 (one seed, 40 rows, its uncertainty is unknown); the uncertainty of its lead over big (2.500) is unknown.");
    assertThat(runs.html()).contains("perplexity").doesNotContain("macro F1");
  }
}
