package org.tributary.framework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.config.UnreadKey;
import org.tributary.error.WrongInput;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.Contribution;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.LocalRule;
import org.tributary.protocol.Merge;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;
import org.tributary.protocol.Unit;

/** What methods declare about themselves, alone and combined with others. */
class MethodAnswersTest {
  private static final SortedMap<String, long[]> NONE = new TreeMap<>();
  private static final Adapters ADAPTERS = new Adapters(2, 4, false);

  private static SortedMap<String, long[]> shapes(String name, long... shape) {
    return new TreeMap<>(Map.of(name, shape));
  }

  private static final Trainables FULL =
      new Trainables(shapes("w", 2), false, NONE, NONE, NONE, NONE);
  private static final Trainables LOW_RANK =
      new Trainables(
          NONE,
          false,
          shapes("head", 2),
          shapes("l.lora_A.weight", 2, 3),
          shapes("l.lora_B.weight", 4, 2),
          shapes("l.weight", 4, 3));

  private static HostTensor values(double... values) {
    return Elements.tensor(values, DType.F64, values.length);
  }

  @ParameterizedTest
  @CsvSource({
    // name, averages, own ranks, rows pooled, steps of the cohort, model with adapters
    "fedavg, true, false, false, false, false",
    "fedit, true, false, false, false, false",
    "ffa-lora, true, false, false, false, false",
    "fedsa-lora, true, false, false, false, false",
    "rolora, true, false, false, false, false",
    "flexlora, false, true, false, false, false",
    "flora, false, true, false, false, true",
    "fedex-lora, false, false, false, false, true",
    "local, false, false, false, false, false",
    "central, true, false, true, true, false"
  })
  void aMethodAnswersTheSameWithOthersAroundIt(
      String name,
      boolean averages,
      boolean takesRanks,
      boolean pooled,
      boolean takesStepsOfCohort,
      boolean leavesModel) {
    Framework alone = NamedFramework.of(name, ADAPTERS);
    Framework prox = new FedProx(alone, new FedProx.Settings(0.1));
    for (Framework framework : List.of(alone, new UniformWeights(alone), prox)) {
      assertThat(framework.averages()).isEqualTo(averages);
      assertThat(framework.takesRanks()).isEqualTo(takesRanks);
      assertThat(framework.pooled()).isEqualTo(pooled);
      assertThat(framework.takesStepsOfCohort()).isEqualTo(takesStepsOfCohort);
      assertThat(framework.leavesModel(LOW_RANK)).isEqualTo(leavesModel);
      assertThat(framework.leavesModel(FULL)).isTrue();
    }
  }

  @Test
  void centralTakesTheStepsThatItIsAskedFor() {
    assertThat(NamedFramework.of("central", null, "centralSteps=client").takesStepsOfCohort())
        .isFalse();
    assertThat(NamedFramework.of("central", null, "centralSteps=cohort").takesStepsOfCohort())
        .isTrue();
  }

  @ParameterizedTest
  @CsvSource({"flexlora", "flora", "fedex-lora", "local", "central"})
  void whatNeedsAMeanIsRefusedWhereNoneIsTaken(String name) {
    assertThatThrownBy(() -> NamedFramework.of(name, ADAPTERS, "local={name: scaffold}"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("framework.local: scaffold")
        .hasMessageContaining(name);
    assertThatThrownBy(() -> NamedFramework.of(name, ADAPTERS, "server={name: fedadam, lr: 0.1}"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("framework.server: fedadam")
        .hasMessageContaining(name);
    assertThat(
            NamedFramework.of(name, ADAPTERS, "local={name: fedprox, mu: 0.5}").local().proximal())
        .isEqualTo(0.5);
  }

  @ParameterizedTest
  @CsvSource({"flexlora", "flora", "fedex-lora"})
  void whatIsNoAdapterIsAveraged(String name) {
    Merge merge =
        new Merge(
            0,
            2,
            Map.of(),
            List.of(
                new Contribution("a", 0.25, Map.of("head", values(1, 2))),
                new Contribution("b", 0.75, Map.of("head", values(5, -2)))));
    Map<String, HostTensor> merged =
        NamedFramework.of(name, ADAPTERS).merge(Unit.chunk("head", 0, 2), merge);
    assertThat(merged).containsOnlyKeys("head");
    assertThat(Elements.of(merged.get("head"))).containsExactly(4, -1);
  }

  private static List<String> keys(List<UnreadKey> unread) {
    return unread.stream().map(UnreadKey::key).toList();
  }

  @Test
  void everyMethodNamesTheKeysThatItDoesNotRead() {
    assertThat(keys(new FedAvg.Settings().unread())).containsExactly("lora");
    assertThat(keys(new OneRank().unread())).containsExactly("lora.ranks");
    assertThat(keys(new Local.Settings().unread()))
        .containsExactly("lora.ranks", "weights", "/reduce");
    assertThat(keys(new Central.Settings("cohort").unread()))
        .containsExactly("lora.ranks", "weights", "/cohort.minClients");
    assertThat(keys(new Central.Settings("client").unread()))
        .containsExactly("lora.ranks", "weights", "/cohort.minClients", "/cohort.fraction");
  }

  /** A rule that adds 1 to the first gradient and sends one more tensor. */
  private static final LocalRule RULE =
      new LocalRule() {
        @Override
        public Map<String, HostTensor> drift(Map<String, HostTensor> start) {
          return Map.of("w", values(1, 0));
        }

        @Override
        public double proximal() {
          return 0.25;
        }

        @Override
        public Map<String, HostTensor> finish(
            Map<String, HostTensor> start, Map<String, HostTensor> trained, Facts facts) {
          return Map.of("more", values(9));
        }
      };

  private static Framework ruled() {
    return new Decorator(new FedAvg()) {
      @Override
      public LocalRule local() {
        return RULE;
      }
    };
  }

  @Test
  void rulesAddUp() {
    Map<String, HostTensor> start =
        Map.of(
            "w", values(3, 4), "scaffold.c/w", values(10, 20), "scaffold.client/w", values(4, 5));
    LocalRule.Facts facts = new LocalRule.Facts("a", 0, 8, 2, 0.5);
    LocalRule prox = new FedProx(ruled(), new FedProx.Settings(0.5)).local();
    assertThat(prox.proximal()).isEqualTo(0.75);
    assertThat(Elements.of(prox.drift(start).get("w"))).containsExactly(1, 0);
    assertThat(prox.finish(start, start, facts)).containsOnlyKeys("more");

    LocalRule scaffold = new Scaffold(ruled()).local();
    assertThat(scaffold.proximal()).isEqualTo(0.25);
    // c − c_k, and the inner rule's drift
    assertThat(Elements.of(scaffold.drift(start).get("w"))).containsExactly(7, 15);
    Map<String, HostTensor> finished = scaffold.finish(start, Map.of("w", values(2, 5)), facts);
    assertThat(finished).containsOnlyKeys("more", "scaffold.change/w", "scaffold.client/w");
    // (x − y) / Σ η − c, and the new c_k
    assertThat(Elements.of(finished.get("scaffold.change/w"))).containsExactly(-8, -22);
    assertThat(Elements.of(finished.get("scaffold.client/w"))).containsExactly(-4, -17);
  }

  @Test
  void aServerOptimizerLeavesScaffoldsVariatesToScaffold() {
    Framework framework =
        NamedFramework.of(
            "fedavg", null, "local={name: scaffold}", "server={name: fedadam, lr: 0.1}");
    RoundPlan plan = framework.plan(FULL, 0);
    assertThat(plan.of(Role.MEMORY)).containsOnlyKeys("server.m/w", "server.v/w");
    assertThat(plan.parts().get("server.m/w").start()).isZero();
    assertThat(plan.parts().get("server.v/w").start()).isEqualTo(1e-6f); // the square of tau
    Unit change = Unit.chunk("scaffold.change/w", 0, 2).withServer(List.of("scaffold.c/w"));
    assertThat(framework.units(plan))
        .containsExactlyInAnyOrder(
            Unit.chunk("w", 0, 2).withServer(List.of("w", "server.m/w", "server.v/w")), change);
    Merge merge =
        new Merge(
            0,
            4,
            Map.of("scaffold.c/w", values(1, 1)),
            List.of(
                new Contribution("a", 0.5, Map.of("scaffold.change/w", values(2, 0))),
                new Contribution("b", 0.5, Map.of("scaffold.change/w", values(6, -4)))));
    // c + (sum of the changes) / (all four clients of the run)
    assertThat(Elements.of(framework.merge(change, merge).get("scaffold.c/w")))
        .containsExactly(3, 0);
  }

  /** v − (1 − β2) Δ² sign(v − Δ²), which does not move at v = Δ². */
  @Test
  void yogisSecondMomentMovesTowardsTheSquare() {
    FedYogi yogi =
        new FedYogi(new FedAvg(), new AdaptiveServerOptimizer.Settings(1, 0.9, 0.75, 1e-3));
    assertThat(yogi.second(1, 4)).isEqualTo(2);
    assertThat(yogi.second(4, 1)).isEqualTo(3.75);
    assertThat(yogi.second(4, 4)).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({"F32", "F64"})
  void elementsOfManyBlocksComeBackAndAreAdded(DType type) {
    double[] many = new double[2 * Elements.BLOCK + 3];
    for (int i = 0; i < many.length; i++) {
      many[i] = i - 5000;
    }
    HostTensor tensor = Elements.tensor(many, type, many.length);
    assertThat(Elements.of(tensor)).containsExactly(many);
    double[] sum = new double[many.length];
    Elements.add(sum, 0.5, tensor);
    Elements.add(sum, 2, tensor);
    for (int i = 0; i < many.length; i++) {
      assertThat(sum[i]).isEqualTo(2.5 * (i - 5000));
    }
    for (double[] other : new double[][] {new double[3], new double[many.length + 1]}) {
      assertThatThrownBy(() -> Elements.add(other, 1, tensor))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("different sizes");
    }
  }
}
