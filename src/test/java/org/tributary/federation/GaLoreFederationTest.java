package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileStatus;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.protocol.HostTensor;
import org.tributary.rows.ParquetReading;
import org.tributary.rows.ParquetRows;
import org.tributary.run.Blueprint;
import org.tributary.run.RunFolder;

/** Federated averaging with GaLore on Spark. */
@Slow
class GaLoreFederationTest {
  private static final int RANK = 4;
  @TempDir static Path dir;
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();
  private static Tiny tiny;

  @BeforeAll
  static void open() throws Exception {
    tiny = new Tiny(dir, 11, 30, 7);
  }

  private static TrainConfig galore(String name, int gap, String projector, String keep) {
    return tiny.config(
        name,
        "fedavg",
        "client.optimizer.name=galore",
        "client.optimizer.galore={rank: %d, gap: %d, targets: [query, value, dense], projector: %s}"
            .formatted(RANK, gap, projector),
        "client.keepOptimizer=" + keep);
  }

  /**
   * Three rounds of two steps: bases are renewed in the middle of one round and at the start of
   * another.
   */
  @ParameterizedTest
  @CsvSource({"3, exact, true", "4, exact, true", "3, randomized, true", "1, exact, false"})
  void equalsThePlainLoop(int gap, String projector, String keep) throws Exception {
    TrainConfig config = galore("galore" + gap + projector, gap, projector, keep);
    Federation.Outcome outcome = new Federation(SPARK.session(), RoundListener.NONE).train(config);
    List<Map<String, HostTensor>> expected = new PlainLoop(config).run();
    Map<String, HostTensor> before = Tiny.tensors(outcome.folder().start());
    for (int round = 0; round < config.rounds(); round++) {
      Map<String, HostTensor> global = Tiny.tensors(outcome.folder().global(round));
      assertThat(global).as("round %d", round).isEqualTo(expected.get(round));
      for (String name : global.keySet()) {
        assertThat(global.get(name)).as(name).isNotEqualTo(before.get(name));
      }
      before = global;
    }
    PlannedBytes.holdFor(new Blueprint(Tiny.STORE, config), outcome.folder());
  }

  @Test
  void keepingTheStateMatters() throws Exception {
    Map<String, HostTensor> kept = new PlainLoop(galore("k", 4, "exact", "true")).run().get(2);
    Map<String, HostTensor> fresh = new PlainLoop(galore("f", 4, "exact", "false")).run().get(2);
    assertThat(kept).isNotEqualTo(fresh);
  }

  @Test
  void theClientsTableTellsTheBytesOfItsState() throws Exception {
    long galore = 0;
    long adamw = 0;
    TrainConfig config = galore("bytes", 4, "exact", "false");
    for (Map.Entry<String, HostTensor> w : new PlainLoop(config).run().get(0).entrySet()) {
      long[] shape = w.getValue().shape();
      adamw += 2 * w.getValue().elements();
      galore +=
          w.getKey().matches(".*\\.(query|value|dense)\\.weight")
              ? RANK * Math.min(shape[0], shape[1]) + 2 * RANK * Math.max(shape[0], shape[1])
              : 2 * w.getValue().elements();
    }
    assertThat(optimizerBytes(config)).hasSize(9).containsOnly(4 * (galore + 1));
    assertThat(optimizerBytes(tiny.config("adamw", "fedavg"))).containsOnly(4 * (adamw + 1));
    assertThat(galore).isLessThan(adamw);
  }

  private static List<Long> optimizerBytes(TrainConfig config) throws Exception {
    RunFolder folder = new Federation(SPARK.session(), RoundListener.NONE).train(config).folder();
    List<Long> bytes = new ArrayList<>();
    org.apache.hadoop.fs.Path clients = new org.apache.hadoop.fs.Path(folder.tables(), "clients");
    for (FileStatus file : Tiny.STORE.list(clients)) {
      try (ParquetReading rows = ParquetRows.read(Tiny.STORE, file.getPath())) {
        rows.forEachRemaining(row -> bytes.add(row.longAt("optimizer_bytes")));
      }
    }
    return bytes;
  }

  @Test
  void aRunThatProjectsNothingOrTooMuchIsRefusedBeforeItBegins() {
    TrainConfig nothing =
        tiny.config(
            "nothing",
            "fedavg",
            "client.optimizer.name=galore",
            "client.optimizer.galore={rank: 4, targets: [q_proj]}");
    assertThatThrownBy(() -> new Federation(SPARK.session(), RoundListener.NONE).train(nothing))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("client.optimizer.galore.targets: \"q_proj\" names no matrix");
    TrainConfig much =
        tiny.config(
            "much",
            "fedavg",
            "client.optimizer.name=galore",
            "client.optimizer.galore={rank: 33, targets: [query]}");
    assertThatThrownBy(() -> new Federation(SPARK.session(), RoundListener.NONE).train(much))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("client.optimizer.galore.rank: 33 does not fit")
        .hasMessageContaining("use 1 to 32");
    assertThat(Files.exists(tiny.out("nothing"))).isFalse();
    assertThat(Files.exists(tiny.out("much"))).isFalse();
  }
}
