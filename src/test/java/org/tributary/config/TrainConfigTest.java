package org.tributary.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.config.ClientSection.Optimizer;
import org.tributary.config.ClientSection.Schedule;
import org.tributary.config.DataSection.Augment;
import org.tributary.config.FrameworkSection.Lora;
import org.tributary.config.TrainConfig.Cohort;
import org.tributary.config.TrainConfig.Evaluate;
import org.tributary.config.TrainConfig.Keep;
import org.tributary.config.TrainConfig.Lock;
import org.tributary.config.TrainConfig.Reduce;
import org.tributary.error.WrongInput;
import org.tributary.framework.OneRank;
import org.tributary.optim.AdamSettings;
import org.tributary.optim.GaLoreSettings;
import org.tributary.optim.GradientSubspaces;
import org.tributary.optim.SgdSettings;
import org.tributary.run.RunSpec;
import org.yaml.snakeyaml.Yaml;

class TrainConfigTest {
  static final String LEAST =
      """
      out: runs/a
      rounds: 6
      model:
        path: models/m
      data:
        path: data/d
      framework:
        name: fedavg
      client:
        steps: 10
        optimizer:
          name: adamw
          lr: 1.0e-4
      """;

  static final String WHOLE =
      """
      out: hdfs:///runs/b
      seed: 7
      rounds: 9
      shared: true
      model:
        path: models/x
        name: org/x
        pooling: cls
        maxLength: 64
        newHead: true
      data:
        path: data/x
        text: definition
        label: category
        classes: [b, a]
        prompt: chat
        shortPrompt: "Q:"
        message: "Q: {question}"
        system: Be brief.
        template: {enable_thinking: false, words: 3, tags: [a, b]}
        date: 2026-01-31
        answer: reply
        badRows: skip
        augment:
          flip: true
          crop: 4
      framework:
        name: fedit
        train: ["classifier.*", "*.bias"]
        lora:
          rank: 8
          alpha: 32
          targets: [query, value]
          rslora: true
          ranks: [2, 8]
          start: runs/a/adapter
        weights: uniform
        server:
          name: fedadam
          lr: 0.1
          beta1: 0.7
          beta2: 0.95
          tau: 0.01
        local:
          name: fedprox
          mu: 0.5
      client:
        epochs: 0.5
        batch: 8
        accumulate: 2
        clip: 1.0
        threads: 3
        keepOptimizer: true
        precision: bfloat16
        checkpointing: true
        optimizer:
          name: sgd
          lr: 0.1
          momentum: 0.9
          weightDecay: 0.01
        schedule:
          name: cosine
          warmup: 12
      cohort:
        fraction: 0.25
        minClients: 3
      evaluate:
        every: 2
        batch: 32
        shard: 100
        parts: [test, validation]
        rows: 1000
        generate: 20
        newTokens: 32
      reduce:
        driverLimit: 1g
      keep:
        updates: 4
        globals: 5
      lock:
        lease: 30
      store:
        patience: 5
      trackers:
        tensorboard: true
        mlflow: {url: "https://mlflow.example/x", experiment: tickets}
      """;

  static TrainConfig read(String yaml, String... sets) {
    return ConfigReader.read("t.yaml", yaml, List.of(sets), TrainConfig.class, RunSpec.CHOICES);
  }

  @Test
  void defaults() {
    assertThat(read(LEAST))
        .isEqualTo(
            new TrainConfig(
                "runs/a",
                0,
                6,
                "last",
                false,
                new ModelSection("models/m", null, null, 128, false),
                new DataSection(
                    "data/d",
                    List.of("text"),
                    "label",
                    List.of(),
                    false,
                    "seed-paper",
                    null,
                    null,
                    null,
                    "all",
                    null,
                    null,
                    null,
                    "answer",
                    "refuse",
                    new Augment(false, 0)),
                new FrameworkSection(
                    "fedavg",
                    List.of(),
                    null,
                    "rows",
                    null,
                    null,
                    read(LEAST).framework().settings()),
                new ClientSection(
                    10,
                    null,
                    16,
                    1,
                    null,
                    1,
                    false,
                    "float32",
                    false,
                    false,
                    new Optimizer("adamw", 1e-4, new AdamSettings(0.9, 0.999, 1e-8), 0),
                    new Schedule("constant", 0)),
                new Cohort(1.0, 1),
                new Evaluate(1, false, 0, 64, 128, List.of("test"), 0, 0, 64),
                new Reduce(512L << 20),
                new Keep(1, 2),
                new Lock(60),
                new StoreSection(60),
                new TrackersSection(false, null)));
  }

  @Test
  void urlsOfTrackersHaveNoPasswords() {
    assertThat(read(LEAST, "trackers.mlflow.url=http://a.example").trackers().mlflow())
        .isEqualTo(new TrackersSection.Mlflow("http://a.example", "tributary"));
    assertThatThrownBy(() -> read(LEAST, "trackers.mlflow.url=http://me:secret@localhost:5000"))
        .hasMessageContaining("url: has a user or a password; give the URL without them")
        .hasMessageNotContaining("secret");
    for (String wrong : List.of("databricks", "ftp://a", "http://", "http://a?b", "http://a b")) {
      assertThatThrownBy(() -> read(LEAST, "trackers.mlflow.url='" + wrong + "'"))
          .as(wrong)
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining("url: is not the URL of an MLflow server");
    }
    assertThatThrownBy(() -> read(LEAST, "trackers.mlflow.experiment=x"))
        .hasMessageContaining("trackers.mlflow.url");
  }

  @Test
  void everyKey() {
    FrameworkSection whole = read(WHOLE).framework();
    assertThat(EffectiveConfig.keys(whole.server().settings()))
        .isEqualTo(Map.of("lr", 0.1, "beta1", 0.7, "beta2", 0.95, "tau", 0.01));
    assertThat(EffectiveConfig.keys(whole.local().settings())).isEqualTo(Map.of("mu", 0.5));
    assertThat(read(WHOLE))
        .isEqualTo(
            new TrainConfig(
                "hdfs:///runs/b",
                7,
                9,
                "last",
                true,
                new ModelSection("models/x", "org/x", "cls", 64, true),
                new DataSection(
                    "data/x",
                    List.of("definition"),
                    "category",
                    List.of("b", "a"),
                    false,
                    "chat",
                    "Q:",
                    "Q: {question}",
                    null,
                    "all",
                    "Be brief.",
                    Map.of("enable_thinking", false, "words", 3L, "tags", List.of("a", "b")),
                    "2026-01-31",
                    "reply",
                    "skip",
                    new Augment(true, 4)),
                new FrameworkSection(
                    "fedit",
                    List.of("classifier.*", "*.bias"),
                    new Lora(
                        8, 32, List.of("query", "value"), true, List.of(2, 8), "runs/a/adapter"),
                    "uniform",
                    new FrameworkSection.Server("fedadam", whole.server().settings()),
                    new FrameworkSection.Local("fedprox", whole.local().settings()),
                    new OneRank()),
                new ClientSection(
                    null,
                    0.5,
                    8,
                    2,
                    1.0,
                    3,
                    true,
                    "bfloat16",
                    true,
                    false,
                    new Optimizer("sgd", 0.1, new SgdSettings(0.9), 0.01),
                    new Schedule("cosine", 12)),
                new Cohort(0.25, 3),
                new Evaluate(2, false, 0, 32, 100, List.of("test", "validation"), 1000, 20, 32),
                new Reduce(1L << 30),
                new Keep(4, 5),
                new Lock(30),
                new StoreSection(5),
                new TrackersSection(
                    true, new TrackersSection.Mlflow("https://mlflow.example/x", "tickets"))));
  }

  @Test
  void galoreAndItsSection() {
    String name = "client.optimizer.name=galore";
    assertThat(
            read(LEAST, name, "client.optimizer.galore={rank: 8, targets: [query]}")
                .client()
                .optimizer()
                .settings())
        .isEqualTo(
            new GaLoreSettings(
                0.9, 0.999, 1e-8, new GradientSubspaces(8, 200, 1, List.of("query"), "exact")));
    String all =
        "client.optimizer.galore={rank: 4, gap: 5, scale: 0.25, targets: [q, k], projector: randomized}";
    TrainConfig config = read(LEAST, name, all);
    assertThat(((GaLoreSettings) config.client().optimizer().settings()).galore())
        .isEqualTo(new GradientSubspaces(4, 5, 0.25, List.of("q", "k"), "randomized"));
    assertThat(read(EffectiveConfig.yaml(config))).isEqualTo(config);
    assertThatThrownBy(() -> read(LEAST, name))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("client.optimizer.galore: missing; add this section");
    assertThatThrownBy(() -> read(LEAST, name, "client.optimizer.galore={projector: svd}"))
        .hasMessageContaining("client.optimizer.galore.rank: missing")
        .hasMessageContaining("client.optimizer.galore.targets: missing")
        .hasMessageContaining("\"svd\" is not one of exact, randomized");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "out",
        "rounds",
        "model",
        "model.path",
        "data",
        "data.path",
        "framework",
        "framework.name",
        "client",
        "client.optimizer",
        "client.optimizer.name",
        "client.optimizer.lr"
      })
  void requiredKeys(String key) {
    assertThatThrownBy(() -> read(without(key)))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(": " + key + ": missing; add this ");
  }

  /** The minimal configuration without a key and everything below it. */
  private static String without(String key) {
    Map<String, Object> root = new Yaml().load(LEAST);
    Map<String, Object> section = root;
    String[] parts = key.split("\\.");
    for (int i = 0; i < parts.length - 1; i++) {
      section = section(section, parts[i]);
    }
    assertThat(section.remove(parts[parts.length - 1])).as(key).isNotNull();
    return new Yaml().dump(root);
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> section(Map<String, Object> parent, String name) {
    return (Map<String, Object>) parent.get(name);
  }

  @ParameterizedTest
  @CsvSource({
    "rounds, 0",
    "model.maxLength, 3",
    "framework.lora, '{rank: 0, targets: [q]}'",
    "framework.lora, '{rank: 1, targets: []}'",
    "framework.lora, '{rank: 1, targets: [q], alpha: 0}'",
    "client.steps, 0",
    "client.batch, 0",
    "client.accumulate, 0",
    "client.clip, 0",
    "client.threads, 0",
    "client.optimizer.lr, 0",
    "client.optimizer, '{name: sgd, lr: 1, momentum: 1}'",
    "client.optimizer, '{name: sgd, lr: 1, momentum: -0.1}'",
    "client.optimizer.beta1, 1",
    "client.optimizer.beta1, -1",
    "client.optimizer.beta2, 1",
    "client.optimizer.beta2, -1",
    "client.optimizer.eps, 0",
    "client.optimizer.weightDecay, -0.1",
    "client.optimizer, '{name: galore, lr: 1, galore: {rank: 0, targets: [q]}}'",
    "client.optimizer, '{name: galore, lr: 1, galore: {rank: 1, targets: []}}'",
    "client.optimizer, '{name: galore, lr: 1, galore: {rank: 1, targets: [q], gap: 0}}'",
    "client.optimizer, '{name: galore, lr: 1, galore: {rank: 1, targets: [q], scale: 0}}'",
    "client.schedule.warmup, -1",
    "cohort.fraction, 0",
    "cohort.fraction, 1.01",
    "cohort.minClients, 0",
    "evaluate.every, 0",
    "evaluate.batch, 0",
    "evaluate.shard, 0",
    "keep.updates, 0",
    "keep.globals, 0",
    "lock.lease, 0",
  })
  void ranges(String key, String value) {
    assertThatThrownBy(() -> read(LEAST, key + "=" + value))
        .isInstanceOf(WrongInput.class)
        .hasMessageMatching("(?s).*--set " + key + ": " + key + "[a-z.]*: must .*");
  }

  @ParameterizedTest
  @CsvSource({
    "'[0]', 'framework.lora.ranks: expected a whole number of at least 1, got 0'",
    "'[1, -1]', 'framework.lora.ranks: expected a whole number of at least 1, got -1'",
    "'[1.5]', 'framework.lora.ranks: expected a whole number of at least 1, got 1.5'",
    "'[one]', 'framework.lora.ranks: expected a whole number of at least 1, got \"one\"'",
    "1, 'framework.lora.ranks: expected a list of whole numbers, got 1'",
    "'[1, 4]', 'ranks: [1, 4] has more than rank, 3, which is the global adapters''; raise rank to 4'",
  })
  void ranksAreAListOfWholeNumbersUpToRank(String ranks, String message) {
    String lora = "framework.lora={rank: 3, targets: [q], ranks: %s}".formatted(ranks);
    assertThatThrownBy(() -> read(LEAST, lora))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource({
    "rounds, 1",
    "model.maxLength, 4",
    "client.optimizer.momentum, 0",
    "client.optimizer.beta1, 0",
    "cohort.fraction, 1",
    "client.schedule.warmup, 60",
    "reduce.driverLimit, 0"
  })
  void endsOfRanges(String key, String value) {
    assertThat(read(LEAST, key + "=" + value)).isNotNull();
  }

  @Test
  void exactlyOneOfStepsAndEpochs() {
    assertThatThrownBy(() -> read(LEAST, "client.epochs=1"))
        .hasMessageContaining("t.yaml:10: client: has both steps and epochs; give one of them");
    assertThatThrownBy(() -> read(LEAST, "client.steps=null"))
        .hasMessageContaining("client: how long a client trains is missing; give steps or epochs");
    assertThat(read(LEAST, "client.steps=null", "client.epochs=2").client().epochs())
        .isEqualTo(2.0);
    assertThatThrownBy(() -> read(LEAST, "client.epochs=-1", "client.steps=null"))
        .hasMessageContaining("client.epochs: must be above 0");
  }

  @Test
  void rulesOfASectionAreToldBesideProblemsInsideIt() {
    assertThatThrownBy(() -> read(LEAST, "client.epochs=1", "client.optimizer.lr=-1"))
        .hasMessageContaining("has both steps and epochs")
        .hasMessageContaining("client.optimizer.lr: must be above 0, got -1");
  }

  @Test
  void theWarmUpEndsWithinTheRun() {
    assertThatThrownBy(() -> read(LEAST, "client.schedule.warmup=61"))
        .hasMessageContaining("client.schedule.warmup is 61 steps, but the whole run has 60");
  }

  @Test
  void misspeltAndMisplacedKeys() {
    assertThatThrownBy(
            () ->
                read(
                    LEAST,
                    "client.epoch=1",
                    "client.lr=1",
                    "framework.rank=8",
                    "min_clients=2",
                    "batch=3"))
        .hasMessageContaining("client.epoch: unknown key; did you mean client.epochs?")
        .hasMessageContaining("client.lr: unknown key; did you mean client.optimizer.lr?")
        .hasMessageContaining("framework.rank: unknown key; did you mean framework.lora.rank or")
        .hasMessageContaining("min_clients: unknown key; did you mean cohort.minClients?")
        .hasMessageContaining("batch: unknown key; did you mean client.batch or evaluate.batch?");
  }
}
