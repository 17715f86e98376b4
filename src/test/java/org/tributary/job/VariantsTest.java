package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.config.CompareConfig;
import org.tributary.config.ConfigReader;
import org.tributary.config.TrackersSection;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;

/** The runs of a comparison's variants. */
class VariantsTest {
  private static final String COMMON =
      """
      out: runs/a
      rounds: 2
      model: {path: m}
      data: {path: d}
      framework: {name: fedit, lora: {rank: 4, targets: [query]}, server: {name: fedavgm, lr: 1}}
      client: {steps: 1, optimizer: {name: adamw, lr: 0.1}}
      """;

  private static TrainConfig run(String variants, String variant) {
    CompareConfig config =
        ConfigReader.written(
                "c.yaml",
                "{out: runs/c, train: a.yaml, variants: %s}".formatted(variants),
                List.of(),
                CompareConfig.class,
                Map.of())
            .config();
    return new Variants(config, COMMON).run(new Arm(null, variant), "0", null);
  }

  @Test
  void aVariantMaySetASectionToNone() {
    String variants =
        "{adapters: [], full: [framework.name=local, framework.lora=none, framework.server=none]}";
    assertThat(run(variants, "adapters").framework().lora().rank()).isEqualTo(4);
    TrainConfig full = run(variants, "full");
    assertThat(full.framework().lora()).isNull();
    assertThat(full.framework().server()).isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[evaluate.generate=40, evaluate.newTokens=64]",
        "['evaluate={generate: 40, newTokens: 64}']",
        "[evaluate.generate=40]"
      })
  void aTrialWritesNoAnswersHoweverTheyAreAskedFor(String common) {
    CompareConfig config =
        ConfigReader.written(
                "c.yaml",
                "{out: c, train: a.yaml, variants: {a: []}, search: {points: 3}, common: %s}"
                    .formatted(common),
                List.of(),
                CompareConfig.class,
                Map.of())
            .config();
    Variants variants = new Variants(config, COMMON);
    assertThat(variants.first(new Arm(null, "a")).evaluate().generate()).isEqualTo(40);
    assertThat(variants.trials(new Arm(null, "a"), "0.1").get(0).evaluate().generate()).isZero();
  }

  @Test
  void allVariantsShareTheCommonChangesUnderTheirOwn() {
    String variants =
        "{a: [], b: [client.optimizer.lr=0.2]}, common: [rounds=5, client.optimizer.lr=0.3]";
    assertThat(run(variants, "a").rounds()).isEqualTo(5);
    assertThat(run(variants, "a").client().optimizer().lr()).isEqualTo(0.3);
    assertThat(run(variants, "b").rounds()).isEqualTo(5);
    assertThat(run(variants, "b").client().optimizer().lr()).isEqualTo(0.2);
    assertThatThrownBy(() -> run("{a: []}, common: [seed=3]", "a"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("common: \"seed=3\" is the comparison's own key");
  }

  private static Variants variants(String more) {
    CompareConfig config =
        ConfigReader.written(
                "c.yaml",
                "{out: runs/c, train: a.yaml, variants: {a: [], b: []}, %s}".formatted(more),
                List.of(),
                CompareConfig.class,
                Map.of())
            .config();
    return new Variants(config, COMMON);
  }

  @Test
  void eachPartitionHasAFolderWithAllVariants() {
    Variants variants = variants("seeds: [1, 2], partitions: [sets/iid/, 'hdfs://h/it''s/skew']");
    assertThat(variants.arms())
        .extracting(Arm::toString)
        .containsExactly("a on iid", "b on iid", "a on skew", "b on skew");
    assertThat(variants.all().stream().map(each -> each.get(0)))
        .extracting(run -> run.out() + " " + run.data().path())
        .contains("runs/c/iid/a/seed=1 sets/iid/", "runs/c/skew/b/seed=2 hdfs://h/it's/skew")
        .hasSize(8);
    assertThat(variants("seeds: [1]").all().get(0).get(0).out()).isEqualTo("runs/c/a/seed=1");
    assertThat(variants("seeds: [1]").all().get(0).get(0).data().path()).isEqualTo("d");
  }

  @Test
  void partitionsThatCannotBeFoldersAreRefused() {
    assertThatThrownBy(() -> variants("partitions: [a/iid, b/iid/, tables, 'x/a=b']"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("partitions: a/iid and b/iid/ have the same name, iid")
        .hasMessageContaining("partitions: tables: its last part names a folder")
        .hasMessageContaining("partitions: x/a=b: its last part names a folder");
    assertThatThrownBy(() -> variants("partitions: [a], common: [data.path=b]"))
        .hasMessageContaining("partitions names those of all runs; keep one");
  }

  @Test
  void aTrialIsScoredOnValidationRowsAtItsEnd() {
    Variants search = variants("seeds: [5, 6], search: {seed: 8, rounds: 3}");
    TrainConfig trial = search.trials(new Arm(null, "a"), "1.0e-2").get(0);
    assertThat(trial.out()).isEqualTo("runs/c/a/lr=1.0e-2");
    assertThat(trial.seed()).isEqualTo(8);
    assertThat(trial.rounds()).isEqualTo(3);
    assertThat(trial.client().optimizer().lr()).isEqualTo(0.01);
    assertThat(trial.evaluate().parts()).containsExactly("validation");
    assertThat(trial.evaluate().every()).isEqualTo(3);
    TrainConfig run = search.run(new Arm(null, "a"), "6", "1.0e-2");
    assertThat(run.rounds()).isEqualTo(2);
    assertThat(run.evaluate().parts()).containsExactly("test");
    assertThat(variants("seeds: [5], search: {}").trials(new Arm(null, "a"), "1").get(0).seed())
        .isEqualTo(5);
  }

  @Test
  void aRateIsTriedWithEverySeedOfTheSearch() {
    Variants search = variants("seeds: [5], search: {seeds: [5, 8], rounds: 3, points: 1}");
    assertThat(search.trials(new Arm(null, "a"), "1.0e-2"))
        .extracting(TrainConfig::out)
        .containsExactly("runs/c/a/lr=1.0e-2_seed=5", "runs/c/a/lr=1.0e-2_seed=8");
    assertThat(search.trials(new Arm(null, "a"), "1.0e-2"))
        .extracting(TrainConfig::seed)
        .containsExactly(5L, 8L);
    assertThat(search.all().stream().map(each -> each.get(0).out()))
        .as("all trials of the first grid are checked before the first run")
        .contains("runs/c/a/lr=1.0e-1_seed=5", "runs/c/a/lr=1.0e-1_seed=8", "runs/c/a/seed=5")
        .hasSize(6);
  }

  @Test
  void aSearchWithWrongBoundsIsRefused() {
    assertThatThrownBy(() -> variants("search: {points: 9, most: 8}"))
        .hasMessageContaining("points: 9 are more than most, 8");
    assertThatThrownBy(() -> variants("search: {seed: 1, seeds: [1, 2]}"))
        .hasMessageContaining("search: seed: 1 is one seed, and seeds names [1, 2]; keep one key");
    assertThatThrownBy(() -> variants("search: {seeds: [1, 2, 1]}"))
        .hasMessageContaining("search: seeds: [1, 2, 1] has one twice");
    assertThatThrownBy(() -> variants("search: {seeds: [1.5]}"))
        .hasMessageContaining("search: seeds: 1.5 is no whole number");
    assertThatThrownBy(() -> variants("search: {most: 3}, rates: {a: [1, 2, 3, 4]}"))
        .hasMessageContaining("rates.a: these are 4 rates, more than search.most, 3");
    assertThatThrownBy(() -> variants("search: {factor: 1}")).hasMessageContaining("search.factor");
    assertThatThrownBy(() -> variants("rates: {a: [-1]}"))
        .hasMessageContaining("rates.a: [-1] has one that is not above 0");
  }

  @Test
  void aBaselineIsAVariantAndNeedsSeveralSeeds() {
    assertThatThrownBy(() -> variants("seeds: [1, 2], baseline: fedavg"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("baseline: fedavg is no variant; name one of a, b");
    assertThatThrownBy(() -> variants("seeds: [1], baseline: a"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("seeds: [1] is one seed, but baseline asks for intervals");
    assertThat(variants("seeds: [1, 2], baseline: a").config().baseline()).isEqualTo("a");
  }

  @Test
  void whatAVariantMayNotChangeIsToldWithTheWayOut() {
    String variants =
        "{a: [data.path=x, model.path=m, client.steps=3, seed=4, evaluate.rows=5, framework.name=fedit]}";
    assertThatThrownBy(() -> run(variants, "a"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("\"data.path=x\" would make the comparison unequal; a variant may")
        .hasMessageContaining("Name the partitioned sets of all variants in partitions")
        .hasMessageContaining("Compare each model in a comparison of its own")
        .hasMessageContaining("Give all variants the same in common, or a budget")
        .hasMessageContaining("Give out and seeds of the comparison")
        .hasMessageContaining("\"evaluate.rows=5\"")
        .hasMessageContaining("Change it for all variants in common")
        .hasMessageNotContaining("framework.name=fedit\"");
  }

  /** The train file of a comparison never changes, but its trackers may. */
  @Test
  void theComparisonsTrackersComeBeforeTheTrainFiles() {
    assertThat(run("{a: []}", "a").trackers()).isEqualTo(new TrackersSection(false, null));
    String mlflow = "mlflow: {url: 'http://a.example/x', experiment: 'it''s: {one}'}";
    assertThat(run("{a: []}, trackers: {tensorboard: true, %s}".formatted(mlflow), "a").trackers())
        .isEqualTo(
            new TrackersSection(
                true, new TrackersSection.Mlflow("http://a.example/x", "it's: {one}")));
    assertThat(run("{a: []}, trackers: {tensorboard: true}", "a").trackers())
        .isEqualTo(new TrackersSection(true, null));
  }
}
