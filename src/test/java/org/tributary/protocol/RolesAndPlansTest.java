package org.tributary.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The properties of roles, and what plans, units and trainables say about tensors. */
class RolesAndPlansTest {
  private static final RoundPlan PLAN =
      new RoundPlan()
          .with(
              Map.of("l.lora_A.weight", new long[] {4, 6}, "l.lora_B.weight", new long[] {9, 4}),
              Role.TRAVELS)
          .with(Map.of("kept", new long[] {5}), Role.STAYS)
          .with(Map.of("moment", new long[] {2, 3}), Role.MEMORY, 0.25f);

  private static SortedMap<String, long[]> shapes(String... names) {
    SortedMap<String, long[]> shapes = new TreeMap<>();
    for (String name : names) {
      shapes.put(name, new long[] {1});
    }
    return shapes;
  }

  /** The table of docs/design.md. */
  @ParameterizedTest
  @CsvSource({
    // role, trained, down, up, keeper, merged, personal, fresh
    "TRAVELS, true, true, true, SERVER, true, false, false",
    "STAYS, true, false, false, CLIENT, false, true, false",
    "FRESH, true, false, true, NOBODY, false, false, true",
    "FIXED, false, true, false, SERVER, false, false, false",
    "GIVEN, false, true, false, SERVER, true, false, false",
    "MEMORY, false, false, false, SERVER, true, false, false",
    "OWN, false, false, false, CLIENT, false, false, false",
    "SENT, false, false, true, NOBODY, false, false, false"
  })
  void aRoleIsItsAnswers(
      Role role,
      boolean trained,
      boolean down,
      boolean up,
      Role.Keeper keeper,
      boolean merged,
      boolean personal,
      boolean fresh) {
    assertThat(role.isTrained()).isEqualTo(trained);
    assertThat(role.goesDown()).isEqualTo(down);
    assertThat(role.goesUp()).isEqualTo(up);
    assertThat(role.keeper()).isEqualTo(keeper);
    assertThat(role.isMerged()).isEqualTo(merged);
    assertThat(role.isPersonal()).isEqualTo(personal);
    assertThat(role.isFresh()).isEqualTo(fresh);
  }

  @Test
  void aPlanAnswersByTheRolesOfItsTensors() {
    assertThat(PLAN.of(Role.STAYS)).containsOnlyKeys("kept");
    assertThat(PLAN.where(Role::goesUp)).containsOnlyKeys("l.lora_A.weight", "l.lora_B.weight");
    assertThat(PLAN.any(Role::isPersonal)).isTrue();
    assertThat(PLAN.any(Role::isFresh)).isFalse();
    assertThat(PLAN.says("kept", Role::isPersonal)).isTrue();
    assertThat(PLAN.says("moment", Role::isPersonal)).isFalse();
    assertThat(PLAN.says("absent", role -> true)).isFalse();
    assertThat(PLAN.trains("kept")).isTrue();
    assertThat(PLAN.trains("moment")).isFalse();
    assertThat(PLAN.trainableParameters()).isEqualTo(4 * 6 + 9 * 4 + 5);
  }

  @Test
  void aTensorBesideTheModelBeginsWithItsConstantAtAnyRank() {
    HostTensor start = PLAN.atRank(2).start("moment");
    assertThat(start.shape()).containsExactly(2, 3);
    assertThat(start.toFloats()).containsExactly(0.25f, 0.25f, 0.25f, 0.25f, 0.25f, 0.25f);
    assertThat(PLAN.start("kept").toFloats()).containsExactly(0, 0, 0, 0, 0);
    assertThat(PLAN.atRank(2).of(Role.TRAVELS).get("l.lora_A.weight")).containsExactly(2, 6);
    assertThat(PLAN.atRank(2).of(Role.TRAVELS).get("l.lora_B.weight")).containsExactly(9, 2);
    assertThat(PLAN.atRank(2).of(Role.STAYS).get("kept")).containsExactly(5);
  }

  @Test
  void unitsAreRangesOrWholeTensors() {
    Unit range = Unit.chunk("w", 3, 8);
    assertThat(range.isChunk()).isTrue();
    assertThat(range.withServer(List.of("w", "m")))
        .isEqualTo(new Unit(List.of("w"), List.of("w", "m"), 3, 8));
    assertThat(Unit.whole(List.of("a", "b")).isChunk()).isFalse();
    assertThat(Unit.whole(List.of("a", "b")).updates()).containsExactly("a", "b");
  }

  @Test
  void whatTrainsDependsOnAdaptersAndOnNamedWeights() {
    Trainables named =
        new Trainables(shapes("w"), true, shapes("head"), shapes("a"), shapes("b"), shapes("base"));
    Trainables unnamed =
        new Trainables(shapes("w"), false, shapes("head"), shapes(), shapes(), shapes());
    assertThat(named.adapters()).isTrue();
    assertThat(unnamed.adapters()).isFalse();
    assertThat(named.besideAdapters()).containsOnlyKeys("w", "head");
    assertThat(unnamed.besideAdapters()).containsOnlyKeys("head");
    assertThat(unnamed.fullRank()).containsOnlyKeys("w", "head");
    assertThat(named.names()).isEqualTo(Set.of("w", "head", "a", "b", "base"));
  }
}
