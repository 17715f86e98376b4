package org.tributary.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.error.WrongInput;
import org.tributary.run.RunSpec;

/** An unread key is refused; a file's key that an override makes unread is left out. */
class UnreadKeysTest {
  private static <T extends Record> LocatedConfig<T> written(
      String yaml, Class<T> type, String... sets) {
    return ConfigReader.written("f.yaml", yaml, List.of(sets), type, AllChoices.of(type));
  }

  private static LocatedConfig<TrainConfig> train(String... sets) {
    return written(TrainConfigTest.LEAST, TrainConfig.class, sets);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "client.optimizer.momentum=0.9 | adamw does not read it, sgd does",
        "client.optimizer.momentum=0.0 | adamw does not read it, sgd does",
        "client.optimizer.galore={rank: 2, targets: [q]} | adamw does not read it, galore does",
        "client.optimizer={name: galore, lr: 1, momentum: 0.5, galore: {rank: 2, targets: [q]}} | client.optimizer.momentum",
        "client.optimizer={name: sgd, lr: 1, beta1: 0.8} | client.optimizer.beta1: sgd does not read it, adamw",
        "client.optimizer={name: sgd, lr: 1, beta2: 0.8} | client.optimizer.beta2: sgd does not read it, adamw",
        "client.optimizer={name: sgd, lr: 1, eps: 0.8} | client.optimizer.eps: sgd does not read it, adamw",
        "framework.lora={rank: 2, targets: [q]} | fedavg trains the weights themselves, not adapters; fedit and others read it",
        "framework={name: fedit, lora: {rank: 2, targets: [q], ranks: [1]}} | framework.lora.ranks: all clients have one rank; flexlora and flora read it",
        "framework.centralSteps=client | fedavg does not read it, central does",
        "framework={name: local, weights: uniform} | framework.weights: local merges nothing",
        "framework.server={name: fedavgm, lr: 1, tau: 0.1} | framework.server.tau: fedavgm does not read it, fedadagrad, fedadam and fedyogi do",
        "framework.server={name: fedadam, lr: 1, momentum: 0.1} | framework.server.momentum: fedadam does not read it, fedavgm does",
        "framework.server={name: fedadagrad, lr: 1, beta2: 0.1} | framework.server.beta2: fedadagrad does not read it, fedadam and fedyogi do",
        "framework.local={name: scaffold, mu: 0.1} | framework.local.mu: scaffold does not read it, fedprox does",
        "evaluate.newTokens=9 | with evaluate.generate 0, the default, no answers are written",
      })
  void ofTrain(String set, String why) {
    assertThatThrownBy(() -> train(set))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("--set " + set.substring(0, set.indexOf('=')))
        .hasMessageContaining(why)
        .hasMessageContaining("; remove the key");
  }

  @Test
  void noneIsTheAbsenceOfAnOptionalSection() {
    assertThat(train("framework.lora=none").config().framework().lora()).isNull();
    assertThat(train("framework={name: local, lora: none, server: none}").config().framework())
        .isEqualTo(train("framework={name: local}").config().framework());
    String adapters = "framework={name: local, lora: {rank: 2, targets: [q]}}";
    assertThat(train(adapters, "framework.lora=none").config().framework().lora()).isNull();
    assertThat(
            train("framework={name: fedit, lora: none}", "framework.lora={rank: 2, targets: [q]}")
                .config()
                .framework()
                .lora()
                .rank())
        .isEqualTo(2);
    assertThat(
            train(
                    "framework={name: fedit, lora: none}",
                    "framework.lora.rank=3",
                    "framework.lora.targets=[q]")
                .config()
                .framework()
                .lora()
                .rank())
        .isEqualTo(3);
  }

  @Test
  void onlyOptionalSectionsMayBeNone() {
    assertThatThrownBy(() -> train("framework.lora=off"))
        .hasMessageContaining("expected a section with rank, alpha,")
        .hasMessageContaining("or none, got");
    assertThatThrownBy(() -> train("evaluate=none"))
        .hasMessageContaining("evaluate: expected a section")
        .hasMessageNotContaining("or none");
    assertThatThrownBy(() -> train("client.clip=none")).hasMessageContaining("expected a number");
  }

  @Test
  void oneClientAloneIsNoCohort() {
    assertThatThrownBy(() -> train("framework.name=central", "cohort.minClients=2"))
        .hasMessageContaining("--set cohort.minClients: cohort.minClients: central has one client");
    assertThatThrownBy(
            () -> train("framework={name: central, centralSteps: client}", "cohort.fraction=0.5"))
        .hasMessageContaining("cohort.fraction: central has one client");
    assertThatCode(() -> train("framework.name=central", "cohort.fraction=0.5"))
        .as("its steps are a cohort's")
        .doesNotThrowAnyException();
    assertThatThrownBy(() -> train("framework.name=local", "reduce.driverLimit=1m"))
        .hasMessageContaining("reduce: local merges nothing");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "partitioner.alpha=1 | partitioner.alpha: iid does not read it, dirichlet does",
        "partitioner.shards=2 | partitioner.shards: iid does not read it, by-label does",
        "partitioner.column=a | partitioner.column: iid does not read it, natural does",
        "partitioner={name: dirichlet, alpha: 1, column: a} | partitioner.column: dirichlet",
        "partitioner={name: by-label, alpha: 1} | partitioner.alpha: by-label",
      })
  void ofPartition(String set, String why) {
    assertThatThrownBy(() -> partition("label=l", set)).hasMessageContaining(why);
    assertThatCode(() -> partition("label=l")).doesNotThrowAnyException();
  }

  @Test
  void sharesBesideGivenRows() {
    assertThatThrownBy(() -> partition("source.test=t", "test=0.2"))
        .hasMessageContaining("--set test: test: source.test has the rows, so no share of train");
    assertThatThrownBy(() -> partition("source.validation=v", "validation=0.2"))
        .hasMessageContaining("validation: source.validation has the rows");
    assertThatCode(() -> partition("source.test=t", "validation=0.2")).doesNotThrowAnyException();
    assertThatCode(
            () -> partition("source.test=t", "source.validation=v", "test=0", "validation=0"))
        .as("shares of nothing")
        .doesNotThrowAnyException();
  }

  private static LocatedConfig<PartitionConfig> partition(String... sets) {
    String yaml =
        """
        source: {format: jsonl, train: raw}
        name: a
        clients: 4
        partitioner: {name: iid}
        """;
    return written(yaml, PartitionConfig.class, sets);
  }

  @Test
  void ofGenerateAndCompare() {
    String generate =
        """
        out: o
        model: {path: m}
        data: {paths: [d], prompt: plain}
        """;
    assertThatCode(() -> written(generate, GenerateConfig.class)).doesNotThrowAnyException();
    assertThatThrownBy(() -> written(generate, GenerateConfig.class, "model.pooling=cls"))
        .hasMessageContaining("model.pooling: generate does not read it");
    assertThatThrownBy(() -> written(generate, GenerateConfig.class, "model.name=org/x"))
        .hasMessageContaining("model.name: generate does not read it");
    assertThatThrownBy(() -> written(generate, GenerateConfig.class, "model.newHead=true"))
        .hasMessageContaining("model.newHead: generate does not read it");
    String compare = "out: o\ntrain: t\nvariants: {a: []}\nscore: loss\n";
    assertThatThrownBy(() -> written(compare, CompareConfig.class))
        .hasMessageContaining("f.yaml:4: score: without rates or search no rate is chosen by it");
    assertThatCode(() -> written(compare, CompareConfig.class, "rates={a: [1.0]}"))
        .doesNotThrowAnyException();
  }

  @Test
  void aKeyOfTheFileThatASetLeavesBehindIsLeftOut() {
    String file =
        TrainConfigTest.LEAST.replace(
            "  name: fedavg", "  name: fedit\n  lora: {rank: 2, targets: [q]}");
    LocatedConfig<TrainConfig> kept = written(file, TrainConfig.class);
    assertThat(kept.leftOut()).isEmpty();
    assertThat(kept.config().framework().lora().rank()).isEqualTo(2);
    assertThat(kept.places())
        .containsEntry("framework.lora.rank", "f.yaml:9")
        .doesNotContainKey("client.batch");
    LocatedConfig<TrainConfig> left = written(file, TrainConfig.class, "framework.name=fedavg");
    assertThat(left.config().framework().lora()).isNull();
    assertThat(left.leftOut())
        .singleElement()
        .asString()
        .startsWith("f.yaml:9: framework.lora is left out: fedavg trains the weights themselves");
    assertThatThrownBy(
            () ->
                written(file, TrainConfig.class, "framework.name=fedavg", "framework.lora.rank=3"))
        .as("an override must be read")
        .hasMessageContaining("framework.lora");
    assertThatCode(() -> written(file, TrainConfig.class, "framework={name: fedavg, lora: null}"))
        .as("a key without a value is not written")
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"fedavg", "fedit", "central", "flexlora"})
  void whatARunWritesCanBeRunAgain(String framework) {
    boolean weights = framework.equals("fedavg") || framework.equals("central");
    String lora = weights ? "" : ", lora: {rank: 2, alpha: 4, targets: [query]}";
    TrainConfig config = train("framework={name: " + framework + lora + "}").config();
    String text = EffectiveConfig.readYaml(config, Set.of());
    assertThat(written(text, TrainConfig.class).config()).isEqualTo(config);
  }

  @Test
  void anOlderRunGoesOnWithoutTheKeysThatNothingReads() {
    String text = EffectiveConfig.yaml(train().config());
    TrainConfig before =
        ConfigReader.stored(
            "config.yaml",
            text.replace(
                    "    beta1: 0.9\n", "    momentum: 0.9\n    galore: null\n    beta1: 0.9\n")
                .replace("name: fedavg\n", "name: fedavg\n  centralSteps: client\n"),
            TrainConfig.class,
            RunSpec.CHOICES);
    assertThat(before).isEqualTo(train().config());
    assertThat(EffectiveConfig.difference(before, train().config())).isEmpty();
    String central = EffectiveConfig.yaml(train("framework.name=central").config());
    assertThat(central).contains("  centralSteps: cohort\n");
    TrainConfig was =
        ConfigReader.stored(
            "config.yaml",
            central.replace("  centralSteps: cohort\n", ""),
            TrainConfig.class,
            RunSpec.CHOICES);
    assertThat(EffectiveConfig.difference(was, train("framework.name=central").config()))
        .as("steps that changed their meaning are told")
        .containsExactly("framework.centralSteps: was client, now cohort");
  }
}
