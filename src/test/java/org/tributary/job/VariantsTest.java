package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
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
    return new Variants(config, COMMON).run(variant, "0", null);
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
