package org.tributary.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tributary.error.WrongInput;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;

/** What GaLore stores, what it refuses, and that resuming changes no bit. */
class GaLoreTest {
  private static final int RANK = 3;
  private static final int GAP = 5;
  private static final int STEPS = 13;
  private static final Map<String, long[]> SHAPES =
      new TreeMap<>(
          Map.of(
              "a.query.weight", new long[] {16, 10},
              "a.query.bias", new long[] {16},
              "a.value.weight", new long[] {10, 24},
              "b.value.weight", new long[] {12, 12},
              "b.other.weight", new long[] {9, 4}));

  @BeforeEach
  void prepare() {
    Torch.prepareThread(1);
  }

  private static Map<String, HostTensor> random(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    Map<String, HostTensor> made = new TreeMap<>();
    SHAPES.forEach((name, shape) -> made.put(name, GaLoreRun.normal(random, shape)));
    return made;
  }

  private static OptimizerRun.End run(
      OptimizerSettings settings, OptimizerRun.End before, int from, int to) {
    return GaLoreRun.run(
        settings, before.weights(), before.state(), from, to, t -> random(1000 + t));
  }

  private static OptimizerRun.End start() {
    return new OptimizerRun.End(random(1), Map.of(), 0);
  }

  private static OptimizerSettings settings(Projector projector) {
    return GaLoreRun.settings(projector, RANK, GAP, "query", "a.val*", "b.value.weight");
  }

  @ParameterizedTest
  @EnumSource(Projector.class)
  void itRemembersBasesAndMomentsInTheSubspace(Projector projector) {
    OptimizerRun.End end = run(settings(projector), start(), 0, 1);
    Map<String, long[]> shapes = new TreeMap<>();
    end.state().forEach((name, t) -> shapes.put(name, t.shape()));
    assertThat(shapes)
        .containsOnlyKeys(
            "m.a.query.weight",
            "m.a.query.bias",
            "m.a.value.weight",
            "m.b.value.weight",
            "m.b.other.weight",
            "v.a.query.weight",
            "v.a.query.bias",
            "v.a.value.weight",
            "v.b.value.weight",
            "v.b.other.weight",
            "basis.a.query.weight",
            "basis.a.value.weight",
            "basis.b.value.weight",
            "steps.taken");
    // Rows >= columns: from the right, basis [r, n], moments [m, r].
    assertThat(shapes.get("basis.a.query.weight")).containsExactly(RANK, 10);
    assertThat(shapes.get("m.a.query.weight")).containsExactly(16, RANK);
    assertThat(shapes.get("v.b.value.weight")).containsExactly(12, RANK);
    // Otherwise from the left, basis [m, r], moments [r, n].
    assertThat(shapes.get("basis.a.value.weight")).containsExactly(10, RANK);
    assertThat(shapes.get("m.a.value.weight")).containsExactly(RANK, 24);
    assertThat(shapes.get("m.b.other.weight")).containsExactly(9, 4);
    long projected = 3 * (10 + 10 + 12) + 2 * 3 * (16 + 24 + 12);
    long others = 2 * (16 + 9 * 4);
    assertThat(end.bytes()).isEqualTo(4 * (projected + others + 1));
  }

  @ParameterizedTest
  @CsvSource({
    "EXACT, 1",
    "EXACT, 4",
    "EXACT, 5",
    "EXACT, 6",
    "EXACT, 8",
    "EXACT, 10",
    "EXACT, 12",
    "RANDOMIZED, 1",
    "RANDOMIZED, 5",
    "RANDOMIZED, 8",
    "RANDOMIZED, 10"
  })
  void goingOnFromItsStateGivesTheSameBits(Projector projector, int cut) {
    OptimizerRun.End whole = run(settings(projector), start(), 0, STEPS);
    OptimizerRun.End first = run(settings(projector), start(), 0, cut);
    OptimizerRun.End resumed = run(settings(projector), first, cut, STEPS);
    assertThat(resumed.weights()).isEqualTo(whole.weights());
    assertThat(resumed.state()).isEqualTo(whole.state());
  }

  @Test
  void theBasisIsNewInEveryPeriodAndOnlyThen() {
    OptimizerRun.End end = start();
    HostTensor last = null;
    for (int t = 0; t < STEPS; t++) {
      end = run(settings(Projector.EXACT), end, t, t + 1);
      HostTensor basis = end.basis("a.query.weight");
      if (t % GAP == 0) {
        assertThat(basis).as("step %d", t).isNotEqualTo(last);
      } else {
        assertThat(basis).as("step %d", t).isEqualTo(last);
      }
      last = basis;
    }
  }

  @ParameterizedTest
  @EnumSource(Projector.class)
  void everythingMovesAndGradientsStay(Projector projector) {
    Map<String, HostTensor> given = random(5);
    OptimizerRun.End end =
        GaLoreRun.run(settings(projector), random(1), Map.of(), 0, 2, t -> given);
    end.weights().forEach((name, w) -> assertThat(w).as(name).isNotEqualTo(random(1).get(name)));
    assertThat(given).isEqualTo(random(5));
  }

  @ParameterizedTest
  @EnumSource(Projector.class)
  void aWeightWithoutGradientStaysAndGetsItsFirstBasisLater(Projector projector) {
    String late = "a.query.weight";
    Map<String, HostTensor> state = new HashMap<>();
    Map<String, HostTensor> weights = new TreeMap<>(random(1));
    for (int t = 0; t < 4; t++) {
      OptimizerRun.End end =
          GaLoreRun.run(
              settings(projector),
              weights,
              state,
              t,
              t + 1,
              i -> {
                Map<String, HostTensor> some = random(1000 + i);
                if (i < 3) {
                  some.remove(late);
                }
                return some;
              });
      weights = end.weights();
      state = end.state();
      if (t < 3) {
        assertThat(weights.get(late)).as("step %d", t).isEqualTo(random(1).get(late));
      } else {
        assertThat(weights.get(late)).isNotEqualTo(random(1).get(late));
      }
    }
  }

  @Test
  void otherSeedsAreOtherRandomMatricesButTheSameSeedTheSameBits() {
    OptimizerSettings seven = settings(Projector.RANDOMIZED);
    OptimizerSettings eight = new OptimizerSettings("galore", seven.own(), seven.weightDecay(), 8);
    OptimizerRun.End one = run(seven, start(), 0, 7);
    assertThat(run(seven, start(), 0, 7).weights()).isEqualTo(one.weights());
    assertThat(run(eight, start(), 0, 7).weights()).isNotEqualTo(one.weights());
  }

  @Test
  void itRefusesToProjectNothing() {
    assertThatThrownBy(() -> run(GaLoreRun.settings(Projector.EXACT, 2, 5, "key"), start(), 0, 1))
        .isInstanceOf(WrongInput.class)
        .hasMessage(
            "client.optimizer.galore.targets: \"key\" names no matrix that trains;"
                + " name some of other, query, value");
    assertThatThrownBy(
            () ->
                run(
                    GaLoreRun.settings(Projector.EXACT, 2, 5, "query", "*.bias", "a"),
                    start(),
                    0,
                    1))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("\"*.bias\" names no matrix that trains, \"a\" names no matrix");
    assertThatThrownBy(() -> run(GaLoreRun.settings(Projector.EXACT, 2, 5), start(), 0, 1))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("client.optimizer.galore.targets: nothing would be projected");
    assertThatThrownBy(
            () ->
                Optimizers.check(
                    settings(Projector.EXACT), Map.of("a.query.bias", new long[] {16})))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("no matrix is trained: use the optimizer adamw");
  }

  @Test
  void itRefusesARankThatAMatrixHasNot() {
    Optimizers.check(GaLoreRun.settings(Projector.EXACT, 10, 5, "query", "value"), SHAPES);
    for (int rank : List.of(11, 0, -1)) {
      assertThatThrownBy(
              () ->
                  Optimizers.check(
                      GaLoreRun.settings(Projector.EXACT, rank, 5, "query", "value"), SHAPES))
          .isInstanceOf(WrongInput.class)
          .hasMessage(
              "client.optimizer.galore.rank: %d does not fit a.query.weight of shape [16, 10];"
                      .formatted(rank)
                  + " use 1 to 10, or leave it out of client.optimizer.galore.targets");
    }
  }

  @ParameterizedTest
  @EnumSource(Projector.class)
  void theLargestPossibleRankIsAllOfAMatrix(Projector projector) {
    HostTensor g = GaLoreRun.normal(new SplittableRandom(3), 14, 6);
    assertThat(SubspaceBases.lost(g, GaLoreRun.basis(projector, 6, g))).isLessThan(1e-5);
  }
}
