package org.tributary.ml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.apache.spark.ml.param.ParamMap;
import org.junit.jupiter.api.Test;
import org.tributary.config.ConfigReader;
import org.tributary.config.EffectiveConfig;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.run.RunSpec;

/** The params of the estimator and the configuration of train that they stand for. */
class FineTunerParamsTest {
  private static FederatedFineTuner tuner() {
    return new FederatedFineTuner()
        .setClientCol("office")
        .setTextCol("text")
        .setModelUrl("it's a model")
        .setRounds(3)
        .setSteps(2)
        .setLearningRate(1e-9)
        .setWorkDir("work");
  }

  private static TrainConfig config(FederatedFineTuner tuner) {
    return new TrainKeys(tuner).config("out", "set", Map.of()).config();
  }

  private static TrainConfig read(String yaml) {
    return ConfigReader.read("train.yaml", yaml, List.of(), TrainConfig.class, RunSpec.CHOICES);
  }

  private static final String PLAIN =
      """
      out: out
      rounds: 3
      model: {path: it's a model}
      data: {path: set, text: text}
      framework: {name: fedavg}
      client: {steps: 2, optimizer: {name: adamw, lr: 1.0e-9}}
      """;

  @Test
  void paramsThatAreNotSetHaveTheDefaultsOfTrain() {
    TrainConfig config = config(tuner());
    assertThat(EffectiveConfig.yaml(config)).isEqualTo(EffectiveConfig.yaml(read(PLAIN)));
    FederatedFineTuner tuner = tuner();
    assertThat(tuner.getSeed()).isEqualTo(config.seed());
    assertThat(tuner.getBatchSize()).isEqualTo(config.client().batch());
    assertThat(tuner.getMaxLength()).isEqualTo(config.model().maxLength());
    assertThat(tuner.getLabelCol()).isEqualTo(config.data().label());
    assertThat(tuner.getNewTokens()).isEqualTo(config.evaluate().newTokens());
  }

  @Test
  void everyParamStandsForItsKey() {
    FederatedFineTuner tuner =
        tuner()
            .setTextPairCol("other")
            .setLabelCol("class")
            .setFramework("fedit")
            .setLoraRank(4)
            .setLoraAlpha(8)
            .setLoraTargets(new String[] {"query", "a, b"})
            .setMaxLength(32)
            .setBatchSize(5)
            .setOptimizer("sgd")
            .setSeed(11)
            .setConfig("client: {clip: 1}\nframework: {lora: {rslora: true}}");
    assertThat(EffectiveConfig.yaml(config(tuner)))
        .isEqualTo(
            EffectiveConfig.yaml(
                read(
                    """
                    out: out
                    seed: 11
                    rounds: 3
                    model: {path: it's a model, maxLength: 32}
                    data: {path: set, text: [text, other], label: class}
                    framework:
                      name: fedit
                      lora: {rank: 4, alpha: 8, targets: [query, 'a, b'], rslora: true}
                    client: {steps: 2, batch: 5, clip: 1, optimizer: {name: sgd, lr: 1.0e-9}}
                    """)));
  }

  @Test
  void aPromptIsTheTextOfAColumnOrTheQuestionOfAChat() {
    FederatedFineTuner tuner = tuner().setPromptCol("question").setAnswerCol("reply");
    tuner.clear(tuner.textCol());
    TrainConfig plain = config(tuner);
    assertThat(plain.data().prompt()).isEqualTo("{question}");
    assertThat(plain.data().answer()).isEqualTo("reply");
    TrainConfig chat = config(tuner.setConfig("data: {prompt: chat, system: Be short.}"));
    assertThat(chat.data().prompt()).isEqualTo("chat");
    assertThat(chat.data().message()).isEqualTo("{question}");
  }

  @Test
  void aKeyIsGivenOnce() {
    assertThatThrownBy(
            () -> new TrainKeys(tuner().setConfig("rounds: 4\nclient: {optimizer: {lr: 0.1}}")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContainingAll(
            "rounds: setRounds gives it too", "client.optimizer.lr: setLearningRate gives it too");
    FederatedFineTuner yaml = tuner().setConfig("client: {batch: 8}");
    assertThat(config(yaml).client().batch()).isEqualTo(8);
    assertThatThrownBy(() -> config(tuner().setConfig("seed: 5")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("seed: fit also cuts the rows with it; call setSeed");
    FederatedFineTuner epochs = tuner().setConfig("client: {epochs: 1.5}");
    epochs.clear(epochs.steps());
    assertThat(config(epochs).client().epochs()).isEqualTo(1.5);
  }

  @Test
  void aCopyHasTheParamsAndAnExplanationOfEach() {
    FederatedFineTuner tuner = tuner();
    ParamMap extra = new ParamMap().put(tuner.framework(), "fedit");
    FederatedFineTuner copy = tuner.copy(extra);
    assertThat(copy.getFramework()).isEqualTo("fedit");
    assertThat(copy.getLearningRate()).isEqualTo(1e-9);
    assertThat(copy.uid()).isEqualTo(tuner.uid());
    assertThat(tuner.getFramework()).isEqualTo("fedavg");
    assertThat(tuner.explainParams())
        .contains("clientCol: column that says whose row it is (current: office)")
        .contains("loraRank: rank of the adapters (undefined)")
        .contains("batchSize: number of rows of a step (default: 16)");
    assertThat(tuner.params()).hasSize(30);
  }
}
