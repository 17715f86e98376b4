package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FileStatus;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.PeftAdapter;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.model.Lora;
import org.tributary.protocol.ClientReport;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.LowRankChange;
import org.tributary.run.Blueprint;
import org.tributary.run.RunFolder;
import org.tributary.tables.RunReport;

/**
 * What runs of ffa-lora and flexlora transfer and what they write: sizes match the formulas, all
 * clients share one A, and each client has its own rank. There are four layers of 32 x 32; the head
 * has 3 x 32 + 3 numbers.
 */
@Slow
class LowRankRunsTest {
  private static final int SIDE = 32;
  private static final int LAYERS = 4;
  private static final int HEAD = 3 * SIDE + 3;

  @TempDir static Path dir;
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();
  private static Tiny tiny;

  @BeforeAll
  static void open() throws Exception {
    tiny = new Tiny(dir, 11, 30, 7);
  }

  private static TrainConfig config(String name, String framework, String... more) {
    return tiny.config(
        name,
        framework,
        Stream.concat(Arrays.stream(Tiny.LORA), Arrays.stream(more)).toArray(String[]::new));
  }

  private static RunFolder run(TrainConfig config) throws Exception {
    return new Federation(SPARK.session(), RoundListener.NONE).train(config).folder();
  }

  private static List<FileStatus> updates(RunFolder folder, int round) throws Exception {
    return Tiny.STORE.list(folder.updates(round));
  }

  private static ClientReport report(FileStatus update) throws Exception {
    try (SafeTensors.Reader reader = SafeTensors.open(Tiny.STORE, update.getPath())) {
      return ClientReport.of(reader.header().metadata().get(ClientReport.KEY));
    }
  }

  @Test
  void ffaSendsRTimesMAndAGoesDownOnce() throws Exception {
    RunFolder folder = run(config("ffa", "ffa-lora"));
    long b = 4L * LAYERS * 3 * SIDE;
    for (int round = 0; round < 3; round++) {
      assertThat(updates(folder, round)).hasSize(3);
      for (FileStatus update : updates(folder, round)) {
        assertThat(Tiny.tensors(update.getPath()).keySet())
            .noneMatch(name -> name.endsWith(Lora.A));
        ClientReport report = report(update);
        assertThat(report.bytesUp()).isEqualTo(b + 4 * HEAD);
        assertThat(report.bytesDown()).isEqualTo(b + 4 * HEAD + (round == 0 ? b : 0));
        assertThat(report.trainableParameters()).isEqualTo(report.bytesUp() / 4);
      }
    }
  }

  /**
   * One client per round: the third, then the first twice, as golden-scripts/cohorts.py draws them
   * for seed 7. B of four layers [32, 3] and the head's 3 · 32 + 3 numbers take 1932 bytes. A of
   * four layers [3, 32] takes another 1536.
   */
  @Test
  void aClientThatComesLaterIsGivenAThen() throws Exception {
    RunFolder folder = run(config("later", "ffa-lora", "cohort.fraction=0.34"));
    List<String> drawn = new ArrayList<>();
    List<Long> down = new ArrayList<>();
    for (int round = 0; round < 3; round++) {
      assertThat(updates(folder, round)).hasSize(1);
      ClientReport report = report(updates(folder, round).get(0));
      drawn.add(report.client());
      down.add(report.bytesDown());
    }
    assertThat(drawn).containsExactly("0002", "0000", "0000");
    assertThat(down).containsExactly(3468L, 3468L, 1932L);
  }

  @Test
  void ffaLeavesAnAdapterWhoseAIsTheStartsBitForBit() throws Exception {
    TrainConfig config = config("ffa-result", "ffa-lora");
    RunFolder folder = run(config);
    Map<String, HostTensor> start = Tiny.tensors(folder.start());
    Map<String, HostTensor> adapter = PeftAdapter.read(Tiny.STORE, folder.adapter()).tensors();
    Map<String, HostTensor> drawn =
        new Lora(3, 6, false, List.of()).start(anyLayer(start), new long[] {SIDE, SIDE}, 7);
    assertThat(start).containsAllEntriesOf(drawn);
    List<String> names = start.keySet().stream().filter(n -> n.contains(".lora_")).toList();
    assertThat(names).hasSize(2 * LAYERS);
    for (String name : names) {
      HostTensor end =
          adapter.entrySet().stream()
              .filter(e -> e.getKey().endsWith(name))
              .findFirst()
              .orElseThrow()
              .getValue();
      if (name.endsWith(Lora.A)) {
        assertThat(end).isEqualTo(start.get(name));
      } else {
        assertThat(end).isNotEqualTo(start.get(name));
      }
    }
  }

  private static String anyLayer(Map<String, HostTensor> start) {
    String a = start.keySet().stream().filter(n -> n.endsWith(Lora.A)).findFirst().orElseThrow();
    return a.substring(0, a.length() - Lora.A.length());
  }

  /**
   * 9 columns per round: the changes of two rounds, 2 * 9 * 2 * SIDE numbers, are more than SIDE².
   */
  @Test
  void floraPublishesTheChangesOfItsBaseAndTheBaseWhenThatIsSmaller() throws Exception {
    RunFolder folder = run(config("flora", "flora"));
    long change = 4L * LAYERS * 9 * (SIDE + SIDE);
    long base = 4L * LAYERS * SIDE * SIDE;
    long[] down = {0, change, base};
    for (int round = 0; round < 3; round++) {
      for (FileStatus update : updates(folder, round)) {
        assertThat(report(update).bytesDown()).isEqualTo(down[round] + 4 * HEAD);
        assertThat(report(update).bytesUp()).isEqualTo(4L * (LAYERS * 3 * (SIDE + SIDE) + HEAD));
      }
      Set<String> names = Tiny.tensors(folder.global(round)).keySet();
      assertThat(names.stream().filter(LowRankChange::isFactor))
          .as("factors after round %d", round)
          .hasSize(round == 1 ? 0 : 2 * LAYERS);
      assertThat(names.stream().filter(name -> name.endsWith("query.weight")))
          .hasSize(round == 0 ? 0 : LAYERS / 2);
    }
    Map<String, HostTensor> model =
        Tiny.tensors(new org.apache.hadoop.fs.Path(folder.model(), "model.safetensors"));
    assertThat(model.keySet()).noneMatch(LowRankChange::isFactor);
  }

  /** The changes of the base are sent down with the means: 9 columns per round, as in FLoRA. */
  @Test
  void fedexLeavesTheModelThatItEvaluated() throws Exception {
    TrainConfig config = config("fedex", "fedex-lora");
    RunFolder folder = run(config);
    long means = 4L * (LAYERS * 3 * (SIDE + SIDE) + HEAD);
    long[] base = {0, 4L * LAYERS * 9 * (SIDE + SIDE), 4L * LAYERS * SIDE * SIDE};
    for (int round = 0; round < 3; round++) {
      for (FileStatus update : updates(folder, round)) {
        assertThat(report(update).bytesUp()).isEqualTo(means);
        assertThat(report(update).bytesDown()).isEqualTo(means + base[round]);
      }
    }
    assertThat(Tiny.STORE.exists(folder.adapter())).isFalse();
    Map<String, HostTensor> model =
        Tiny.tensors(new org.apache.hadoop.fs.Path(folder.model(), "model.safetensors"));
    Map<String, HostTensor> end = Tiny.global(config, folder, 2);
    List<String> adapted = end.keySet().stream().filter(n -> n.endsWith(Lora.A)).toList();
    assertThat(adapted).hasSize(LAYERS);
    for (String a : adapted) {
      String name = a.replace(Lora.A, ".weight");
      HostTensor b = end.get(a.replace(Lora.A, Lora.B));
      float[] found = model.get(name).toFloats();
      for (int i = 0; i < found.length; i++) {
        double product = 0;
        for (int r = 0; r < 3; r++) {
          float left = b.floats().get(i / SIDE * 3 + r);
          product += (double) left * end.get(a).floats().get(r * SIDE + i % SIDE);
        }
        double w = end.get(name).floats().get(i);
        assertThat(found[i]).isEqualTo((float) (w + 2 * product)); // alpha / rank = 2
      }
    }
    assertThat(Files.readString(Path.of(folder.model().toUri()).resolve("README.md")))
        .contains("# A classifier of texts")
        .contains("With transformers, in this folder:")
        .doesNotContain("peft");
    RunFolder same =
        run(
            tiny.config(
                "fedex-same",
                "fedavg",
                "rounds=1",
                "client.schedule={name: constant}",
                "client.optimizer={name: sgd, lr: 1.0e-12}",
                "model.path=" + folder.model().toUri().getPath()));
    double loss = RunReport.of(Tiny.STORE, folder).score("test", "loss");
    assertThat(RunReport.of(Tiny.STORE, same).score("test", "loss")).isCloseTo(loss, within(1e-6));
  }

  @Test
  void fedexGoesOnFromAnAdapter() throws Exception {
    RunFolder first = run(config("fedex-first", "fedit"));
    String start = "framework.lora.start=" + first.adapter();
    RunFolder second = run(config("fedex-second", "fedex-lora", start));
    assertThat(Tiny.tensors(second.start())).containsAllEntriesOf(Tiny.tensors(first.global(2)));
  }

  @Test
  void flexloraSendsAndGivesEveryClientItsOwnRank() throws Exception {
    TrainConfig config = config("flex", "flexlora", "framework.lora.ranks=[1, 3]");
    RunFolder folder = run(config);
    Map<String, Integer> ranks = Map.of("0000", 1, "0001", 3, "0002", 1);
    for (int round = 0; round < 3; round++) {
      for (FileStatus update : updates(folder, round)) {
        ClientReport report = report(update);
        int rank = ranks.get(report.client());
        long bytes = 4L * (LAYERS * rank * (SIDE + SIDE) + HEAD);
        assertThat(report.bytesUp()).isEqualTo(bytes);
        assertThat(report.bytesDown()).isEqualTo(bytes);
        Tiny.tensors(update.getPath())
            .forEach(
                (name, tensor) -> {
                  if (name.endsWith(Lora.A)) {
                    assertThat(tensor.shape()).containsExactly(rank, SIDE);
                  } else if (name.endsWith(Lora.B)) {
                    assertThat(tensor.shape()).containsExactly(SIDE, rank);
                  }
                });
      }
    }
    PeftAdapter adapter = PeftAdapter.read(Tiny.STORE, folder.adapter());
    assertThat(adapter.config().rank()).isEqualTo(3);
    assertThat(adapter.config().scaling("any")).isEqualTo(2);
  }

  @Test
  void aLowRankMergeAsASparkStageEqualsOneInTheDriver() throws Exception {
    for (String ranks : List.of("[]", "[1, 3, 2]")) {
      String set = "framework.lora.ranks=" + ranks;
      String name = "stage" + ranks.length();
      RunFolder driver = run(config(name + "-driver", "flexlora", set));
      RunFolder stage = run(config(name, "flexlora", set, "reduce.driverLimit=0"));
      assertThat(Tiny.tensors(stage.global(2))).isEqualTo(Tiny.tensors(driver.global(2)));
    }
  }

  @Test
  void directionsThatNobodyTrainedStayOpen() throws Exception {
    TrainConfig config =
        config("open", "flexlora", "framework.lora.ranks=[1]", "cohort.fraction=0.34");
    RunFolder folder = run(config);
    List<Map<String, HostTensor>> expected = new PlainLoop(config).run();
    for (int round = 0; round < 3; round++) {
      Map<String, HostTensor> global = Tiny.tensors(folder.global(round));
      assertThat(global).isEqualTo(expected.get(round));
      global.forEach(
          (name, tensor) -> {
            if (name.endsWith(Lora.A)) {
              for (int row = 0; row < 3; row++) {
                assertThat(norm(tensor, row)).as("%s row %d", name, row).isCloseTo(1, within(1e-6));
              }
            }
          });
    }
  }

  private static double norm(HostTensor matrix, int row) {
    double sum = 0;
    for (int j = 0; j < SIDE; j++) {
      sum += Math.pow(matrix.floats().get(row * SIDE + j), 2);
    }
    return Math.sqrt(sum);
  }

  @Test
  void aRunGoesOnWithTheBackendItBeganWith() throws Exception {
    TrainConfig config = config("backend", "flexlora", "rounds=1", "client.schedule.warmup=0");
    Path file = Path.of(run(config).config().toUri());
    String text = Files.readString(file);
    assertThat(text).contains("gemm: \"openblas\"");
    Files.writeString(file, text.replace("gemm: \"openblas\"", "gemm: \"cuda\""));
    assertThatThrownBy(() -> run(config))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("merges were computed by cuda, this build has openblas");
  }

  @Test
  void anUpdateOfAnotherClientsRankIsNotAccepted() throws Exception {
    TrainConfig config = config("others", "flexlora", "framework.lora.ranks=[1, 3]");
    Blueprint blueprint = new Blueprint(Tiny.STORE, config);
    RunFolder folder = new RunFolder(Tiny.STORE.path(config.out()));
    Map<String, HostTensor> global = StartState.of(Tiny.STORE, blueprint);
    for (String client : List.of("0000", "0001")) {
      Tiny.STORE.commit(
          folder.update(0, client, "x"),
          SafeTensors.content(global, Map.of(ClientReport.KEY, "{}")));
    }
    List<UpdateValidation.Checked> checked =
        new UpdateValidation(null, null, blueprint).check(Tiny.STORE, folder, 0);
    assertThat(checked.get(0).problem()).contains("[3, 32]", "the plan asks for F32[1, 32]");
    assertThat(checked.get(1).problem()).isNull();
  }

  @Test
  void everyClientHasItsPlanAndItsFactor() throws Exception {
    TrainConfig config = config("ranks", "flexlora", "framework.lora.ranks=[1, 3]");
    Blueprint blueprint = new Blueprint(Tiny.STORE, config);
    assertThat(blueprint.ranks().plan("0000", blueprint.plan(0)).parts().values())
        .anyMatch(part -> Arrays.equals(part.shape(), new long[] {1, SIDE}));
    assertThat(blueprint.ranks().plan("0001", blueprint.plan(0)).parts().values())
        .noneMatch(part -> Arrays.equals(part.shape(), new long[] {1, SIDE}));
    assertThat(blueprint.ranks().scaling("0000")).isEqualTo(6);
    assertThat(blueprint.ranks().scaling("0001")).isEqualTo(2);
  }

  @Test
  void ranksAreRefusedWhereFactorsOfDifferentShapesCannotBeMerged() {
    for (String framework : List.of("fedit", "ffa-lora", "fedex-lora", "local", "central")) {
      TrainConfig config = config("refused", framework, "framework.lora.ranks=[1, 3]");
      assertThatThrownBy(() -> new Blueprint(Tiny.STORE, config))
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining("framework.lora.ranks")
          .hasMessageContaining("flexlora");
    }
    assertThatThrownBy(() -> config("refused", "flexlora", "framework.lora.ranks=[4]"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("raise rank to 4");
  }
}
