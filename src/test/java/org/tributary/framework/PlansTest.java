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
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.error.WrongInput;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;
import org.tributary.protocol.Unit;

/** Which tensors train, travel and stay under each framework. */
class PlansTest {
  private static final SortedMap<String, long[]> NONE = new TreeMap<>();
  private static final SortedMap<String, long[]> WEIGHTS =
      new TreeMap<>(Map.of("layer.weight", new long[] {8, 5}, "layer.bias", new long[] {8}));
  private static final SortedMap<String, long[]> HEAD =
      new TreeMap<>(Map.of("classifier.weight", new long[] {3, 8}));
  private static final SortedMap<String, long[]> A =
      new TreeMap<>(Map.of("layer.lora_A.weight", new long[] {2, 5}));
  private static final SortedMap<String, long[]> B =
      new TreeMap<>(Map.of("layer.lora_B.weight", new long[] {8, 2}));

  private static final SortedMap<String, long[]> BASE =
      new TreeMap<>(Map.of("layer.weight", new long[] {8, 5}));

  private static Trainables trainables(boolean adapters, boolean named) {
    return new Trainables(
        WEIGHTS, named, HEAD, adapters ? A : NONE, adapters ? B : NONE, adapters ? BASE : NONE);
  }

  private static RoundPlan plan(String framework, boolean adapters, boolean named) {
    return NamedFramework.of(framework).plan(trainables(adapters, named), 0);
  }

  private static final String[] FULL = {"classifier.weight", "layer.bias", "layer.weight"};
  private static final String[] ADAPTERS = {
    "classifier.weight", "layer.lora_A.weight", "layer.lora_B.weight"
  };

  @Test
  void fedavgSendsTheWeights() {
    RoundPlan plan = plan("fedavg", false, false);
    assertThat(plan.of(Role.TRAVELS)).containsOnlyKeys(FULL);
    assertThat(plan.parts()).hasSize(3);
    assertThat(plan.trainableParameters()).isEqualTo(72);
  }

  @Test
  void fedavgRefusesAdapters() {
    assertThatThrownBy(() -> plan("fedavg", true, false))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("framework.lora")
        .hasMessageContaining("fedit");
  }

  @Test
  void feditSendsAdaptersAndANewHead() {
    RoundPlan plan = plan("fedit", true, false);
    assertThat(plan.of(Role.TRAVELS)).containsOnlyKeys(ADAPTERS);
    assertThat(plan.parts()).hasSize(3);
    assertThat(plan.trainableParameters()).isEqualTo(50);
  }

  @Test
  void feditSendsNamedWeightsToo() {
    assertThat(plan("fedit", true, true).of(Role.TRAVELS).keySet()).contains(FULL).hasSize(5);
  }

  @Test
  void ffaGivesAllClientsOneAThatNobodyTrainsOrSends() {
    RoundPlan plan = plan("ffa-lora", true, false);
    assertThat(plan.of(Role.FIXED)).containsOnlyKeys("layer.lora_A.weight");
    assertThat(plan.of(Role.TRAVELS)).containsOnlyKeys("classifier.weight", "layer.lora_B.weight");
    assertThat(plan.trains("layer.lora_A.weight")).isFalse();
    assertThat(plan.trainableParameters()).isEqualTo(40);
    assertThat(NamedFramework.of("ffa-lora").units(plan))
        .allMatch(unit -> !unit.updates().contains("layer.lora_A.weight"));
  }

  @Test
  void flexloraMergesALayerWholeAndTheRestInChunks() {
    RoundPlan plan = plan("flexlora", true, false);
    assertThat(plan.of(Role.TRAVELS)).containsOnlyKeys(ADAPTERS);
    assertThat(NamedFramework.of("flexlora").units(plan))
        .containsExactly(
            Unit.chunk("classifier.weight", 0, 24),
            Unit.whole(List.of("layer.lora_A.weight", "layer.lora_B.weight")));
  }

  @Test
  void aPlanAtAnotherRankHasItsShapes() {
    RoundPlan cut = plan("flexlora", true, false).atRank(1);
    assertThat(cut.parts().get("layer.lora_A.weight").shape()).containsExactly(1, 5);
    assertThat(cut.parts().get("layer.lora_B.weight").shape()).containsExactly(8, 1);
    assertThat(cut.parts().get("classifier.weight").shape()).containsExactly(3, 8);
  }

  @ParameterizedTest
  @CsvSource({"flexlora, true", "ffa-lora, false", "fedit, false", "central, false"})
  void onlyFlexloraTakesRanks(String framework, boolean takes) {
    assertThat(NamedFramework.of(framework).takesRanks()).isEqualTo(takes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"fedit", "ffa-lora", "flexlora", "fedsa-lora", "rolora", "flora", "fedex-lora"})
  void adaptersAreNeeded(String framework) {
    assertThatThrownBy(() -> plan(framework, false, false))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(framework)
        .hasMessageContaining("framework.lora")
        .hasMessageContaining("rank");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void locallyNothingTravels(boolean adapters) {
    RoundPlan plan = plan("local", adapters, false);
    assertThat(plan.of(Role.TRAVELS)).isEmpty();
    assertThat(plan.of(Role.STAYS)).containsOnlyKeys(adapters ? ADAPTERS : FULL);
    assertThat(NamedFramework.of("local").units(plan)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void centralPoolsTheRows(boolean adapters) {
    RoundPlan plan = plan("central", adapters, false);
    assertThat(plan.of(Role.TRAVELS)).containsOnlyKeys(adapters ? ADAPTERS : FULL);
  }

  @ParameterizedTest
  @CsvSource({"central, true", "local, false", "fedavg, false", "fedit, false"})
  void onlyCentralPools(String framework, boolean pooled) {
    assertThat(NamedFramework.of(framework).pooled()).isEqualTo(pooled);
  }
}
