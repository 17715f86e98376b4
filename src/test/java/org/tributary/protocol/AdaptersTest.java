package org.tributary.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Names, scaling and initial values of adapters, globs over names, and the seeds of draws. */
class AdaptersTest {
  private static final String A_NAME = "model.layer.lora_A.weight";
  private static final String B_NAME = "model.layer.lora_B.weight";

  @Test
  void scalingIsAlphaByTheRankOrByItsRoot() {
    assertThat(new Adapters(4, 8, false).scaling(16)).isEqualTo(0.5);
    assertThat(new Adapters(4, 8, true).scaling(16)).isEqualTo(2.0);
  }

  @Test
  void namesFollowFromTheNameOfA() {
    assertThat(Adapters.partner(A_NAME)).isEqualTo(B_NAME);
    assertThat(Adapters.base(A_NAME)).isEqualTo("model.layer.weight");
    assertThat(new Adapters(1, 1, false).isTransposed("w")).isFalse();
    assertThat(new Adapters(1, 1, false, Set.of("w")).isTransposed("w")).isTrue();
    assertThat(new Adapters(1, 1, false, Set.of("w")).isTransposed("v")).isFalse();
  }

  @Test
  void shapesFollowTheRank() {
    assertThat(Adapters.shapeAt(A_NAME, new long[] {8, 5}, 3)).containsExactly(3, 5);
    assertThat(Adapters.shapeAt(B_NAME, new long[] {7, 8}, 3)).containsExactly(7, 3);
    assertThat(Adapters.shapeAt("model.layer.weight", new long[] {7, 5}, 3)).containsExactly(7, 5);
  }

  /** The values are those of the draw's definition, computed in Python: A ~ U(−1/√4, 1/√4). */
  @Test
  void aStartIsDrawnFromTheLayersSeed() {
    Map<String, HostTensor> start = Adapters.start(A_NAME, new long[] {2, 4}, new long[] {3, 2}, 7);
    assertThat(start).containsOnlyKeys(A_NAME, B_NAME);
    assertThat(start.get(A_NAME).shape()).containsExactly(2, 4);
    assertThat(start.get(A_NAME).toFloats())
        .containsExactly(
            0.07980783f,
            -0.42264256f,
            0.2846499f,
            0.04599796f,
            0.39557314f,
            0.16411828f,
            -0.08794038f,
            0.13781202f);
    assertThat(start.get(B_NAME).shape()).containsExactly(3, 2);
    assertThat(start.get(B_NAME).toFloats()).containsOnly(0);
  }

  /** The values are SHA-256 over the parts with their lengths, computed in Python. */
  @Test
  void aSeedDependsOnEveryPartAndOnWhereItEnds() {
    assertThat(Seeds.of(7, "cohort", 3)).isEqualTo(6498169504515612605L);
    assertThat(Seeds.of(7, "cohort", 3, "0001")).isEqualTo(2055415029203860779L);
    assertThat(Seeds.of(-1)).isEqualTo(1343108722416799325L);
    assertThat(Seeds.of(7, "ab", "c")).isEqualTo(854344200851782360L);
    assertThat(Seeds.of(7, "a", "bc")).isEqualTo(4528171270070251551L);
  }

  @Test
  void aStarStandsForAnyCharactersAndNothingElseIsSpecial() {
    assertThat(Globs.of("*.query.weight").matches("layer.0.query.weight")).isTrue();
    assertThat(Globs.of("*.query.weight").matches("layer.0.query.bias")).isFalse();
    assertThat(Globs.of("layer.*.weight").matches("layer.0.mlp.weight")).isTrue();
    assertThat(Globs.of("layer.*").matches("my.layer.0")).isFalse();
    assertThat(Globs.of("layer.0").matches("layer.0")).isTrue();
    assertThat(Globs.of("layer.0").matches("layer.0.weight")).isFalse();
    assertThat(Globs.of("a.b").matches("aXb")).isFalse();
    assertThat(Globs.of("*").matches("")).isTrue();
    assertThat(Globs.lastParts(List.of("b.value", "a.query", "c.query", "head")))
        .isEqualTo("head, query, value");
  }
}
