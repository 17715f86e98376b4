package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileStatus;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.SafeTensorsHeader;
import org.tributary.config.TrainConfig;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.planning.Traffic;
import org.tributary.protocol.ChangedRows;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.RoundPlan;
import org.tributary.run.Blueprint;

/** A Spark run equals the plain loop bit for bit, for every framework. */
@Slow
class FederationTest {
  @TempDir static Path dir;
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();
  private static Tiny tiny;

  @BeforeAll
  static void open() throws Exception {
    tiny = new Tiny(dir, 11, 30, 7);
  }

  static String[] sets(boolean lora, String... more) {
    List<String> all = new ArrayList<>(List.of(more));
    if (lora) {
      all.addAll(Arrays.asList(Tiny.LORA));
    }
    return all.toArray(String[]::new);
  }

  @ParameterizedTest
  @CsvSource({
    "fedavg, false, client.clip=0.5",
    "fedavg, false, 'framework.train=[\"*.query.*\", \"*.LayerNorm.bias\"]'",
    "fedavg, false, client.accumulate=3",
    "fedavg, false, client.optimizer.weightDecay=0",
    "fedavg, false, client.keepOptimizer=true",
    "fedavg, false, cohort.fraction=0.5",
    "fedavg, false, client.optimizer.name=sgd",
    "fedit, true, model.pooling=mean",
    "fedit, true, framework.lora.rslora=true",
    "ffa-lora, true, client.clip=1",
    "ffa-lora, true, client.keepOptimizer=true",
    "flexlora, true, client.clip=1",
    "flexlora, true, framework.lora.rslora=true",
    "flexlora, true, 'framework.lora.ranks=[1, 3, 2]'",
    "flexlora, true, 'framework.lora.ranks=[2, 1]'",
    "local, false, client.keepOptimizer=true",
    "local, true, client.clip=1",
    "central, false, client.clip=1",
    "central, true, client.keepOptimizer=true",
    "central, false, cohort.fraction=0.5",
    "central, false, framework.centralSteps=client",
    "fedsa-lora, true, client.keepOptimizer=true",
    "rolora, true, cohort.fraction=0.5",
    "flora, true, client.clip=1",
    "flora, true, 'framework.lora.ranks=[1, 3, 2]'",
    "flora, true, cohort.fraction=0.5",
    "flora, true, reduce.driverLimit=0",
    "fedex-lora, true, reduce.driverLimit=0",
    "fedex-lora, true, client.keepOptimizer=true",
    "fedex-lora, true, cohort.fraction=0.7",
    "fedavg, false, framework.weights=uniform",
    "fedavg, false, 'framework.server={name: fedavgm, lr: 1}'",
    "fedit, true, 'framework.server={name: fedadagrad, lr: 0.01}'",
    "fedavg, false, 'framework.server={name: fedadam, lr: 0.01}'",
    "rolora, true, 'framework.server={name: fedyogi, lr: 0.01}'",
    "fedavg, false, 'framework.local={name: fedprox, mu: 0.1}'",
    "fedavg, false, 'framework.local={name: scaffold}'",
    "rolora, true, 'framework.local={name: scaffold}'",
    "fedavg, false, 'data.text=[text, label]'",
    "fedavg, false, framework.head=frozen",
    "ffa-lora, true, framework.head=frozen",
  })
  void equalsThePlainLoop(String framework, boolean lora, String set) throws Exception {
    String name = (framework + lora + set).replaceAll("\\W", "");
    TrainConfig config = tiny.config(name, framework, sets(lora, set));
    Federation.Outcome outcome = new Federation(SPARK.session(), RoundListener.NONE).train(config);
    PlainLoop oracle = new PlainLoop(config);
    List<Map<String, HostTensor>> expected = oracle.run();
    for (int round = 0; round < config.rounds(); round++) {
      assertThat(Tiny.global(config, outcome.folder(), round))
          .as("round %d", round)
          .isEqualTo(expected.get(round));
    }
    assertThat(outcome.results()).isNotEmpty();
    assertEverythingTrained(config, outcome, expected, oracle);
    PlannedBytes.holdFor(new Blueprint(Tiny.STORE, config), outcome.folder());
  }

  /**
   * Equal bits prove nothing if nothing changed: all that is trained or merged differs from its
   * start.
   */
  private static void assertEverythingTrained(
      TrainConfig config,
      Federation.Outcome outcome,
      List<Map<String, HostTensor>> rounds,
      PlainLoop oracle)
      throws Exception {
    Blueprint blueprint = new Blueprint(Tiny.STORE, config);
    Map<String, HostTensor> start = new TreeMap<>(Tiny.tensors(outcome.folder().start()));
    Map<String, HostTensor> end = new TreeMap<>(rounds.get(config.rounds() - 1));
    if (oracle.own("0001") != null) {
      end.putAll(oracle.own("0001"));
    }
    Map<String, HostTensor> moving = new TreeMap<>();
    for (int round = 0; round < config.rounds(); round++) {
      RoundPlan plan = blueprint.plan(round);
      plan.where(role -> role.isMerged() || role.isPersonal())
          .keySet()
          .forEach(name -> moving.put(name, start.getOrDefault(name, plan.start(name))));
    }
    assertThat(moving).isNotEmpty();
    assertThat(end.keySet()).containsAll(moving.keySet());
    moving.forEach((name, before) -> assertThat(end.get(name)).as(name).isNotEqualTo(before));
  }

  /** Rows of the token embedding that no text of a client uses do not travel. */
  @Test
  void aClientSendsTheRowsThatChanged() throws Exception {
    TrainConfig config =
        tiny.config("rows", "fedavg", "client.optimizer.weightDecay=0", "client.steps=1");
    Federation.Outcome outcome = new Federation(SPARK.session(), RoundListener.NONE).train(config);
    String embedding = "bert.embeddings.word_embeddings.weight";
    Blueprint blueprint = new Blueprint(Tiny.STORE, config);
    for (FileStatus update : Tiny.STORE.list(outcome.folder().updates(0))) {
      try (SafeTensors.Reader reader = SafeTensors.open(Tiny.STORE, update.getPath())) {
        assertThat(reader.header().tensors())
            .doesNotContainKey(embedding)
            .containsKeys(ChangedRows.rows(embedding), ChangedRows.values(embedding));
        ClientReport report = ClientReport.of(reader.header().metadata().get(ClientReport.KEY));
        assertThat(report.bytesUp())
            .isEqualTo(
                reader.header().tensors().values().stream()
                    .mapToLong(SafeTensorsHeader.Entry::bytes)
                    .sum())
            .isLessThan(new Traffic(blueprint).up(report.client(), 0));
      }
    }
    assertThat(Tiny.tensors(outcome.folder().global(2)))
        .isEqualTo(new PlainLoop(config).run().get(2));
  }

  @Test
  void aMergeAsASparkStageEqualsOneInTheDriver() throws Exception {
    TrainConfig config =
        tiny.config("stage", "fedavg", "reduce.driverLimit=0", "client.optimizer.weightDecay=0");
    Federation.Outcome outcome = new Federation(SPARK.session(), RoundListener.NONE).train(config);
    assertThat(Tiny.tensors(outcome.folder().global(2)))
        .isEqualTo(new PlainLoop(config).run().get(2));
    assertThat(Tiny.STORE.exists(outcome.folder().pieces(2))).isFalse();
  }
}
