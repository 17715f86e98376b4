package org.tributary.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tributary.run.RunSpec;

/** {@code data.text} is one column, as it always was, or the two of a pair. */
class TextOrPairTest {
  private static final String LEAST =
      """
      out: runs/a
      rounds: 1
      model: {path: models/m}
      data: {path: data/d}
      framework: {name: fedavg}
      client: {steps: 1, batch: 1, optimizer: {name: sgd, lr: 0.1}}
      """;

  private static TrainConfig read(String... sets) {
    return ConfigReader.read("a.yaml", LEAST, List.of(sets), TrainConfig.class, RunSpec.CHOICES);
  }

  @Test
  void oneColumnIsWrittenAsText() {
    assertThat(read().data().text()).containsExactly("text");
    assertThat(read("data.text=sentence").data().text()).containsExactly("sentence");
    assertThat(read("data.text=[sentence]")).isEqualTo(read("data.text=sentence"));
    assertThat(EffectiveConfig.yaml(read("data.text=[sentence]"))).contains("  text: sentence\n");
    assertThat(EffectiveConfig.frozen(read()).yaml()).contains("  text: text\n");
  }

  @Test
  void aPairIsWrittenAsAList() {
    TrainConfig pair = read("data.text=[premise, hypothesis]");
    assertThat(pair.data().text()).containsExactly("premise", "hypothesis");
    String yaml = EffectiveConfig.yaml(pair);
    assertThat(yaml).contains("  text:\n  - premise\n  - hypothesis\n");
    assertThat(ConfigReader.stored("a.yaml", yaml, TrainConfig.class, RunSpec.CHOICES))
        .isEqualTo(pair);
    assertThat(EffectiveConfig.difference(read("data.text=premise"), pair))
        .containsExactly("data.text: was premise, now [premise, hypothesis]");
  }

  /** A run that began before the key existed trains its head. */
  @Test
  void theHeadOfEarlierRunsTrains() {
    TrainConfig now = read();
    String before = EffectiveConfig.yaml(now).replace("  head: trained\n", "");
    assertThat(before).doesNotContain("head:");
    TrainConfig then = ConfigReader.stored("a.yaml", before, TrainConfig.class, RunSpec.CHOICES);
    assertThat(EffectiveConfig.difference(then, now)).isEmpty();
    assertThat(EffectiveConfig.frozen(now)).isEqualTo(EffectiveConfig.frozen(then));
    assertThat(EffectiveConfig.frozen(now).yaml()).doesNotContain("head:");
    assertThat(EffectiveConfig.difference(then, read("framework.head=frozen")))
        .containsExactly("framework.head: was trained, now frozen");
  }
}
