package org.tributary.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LowRankChangeTest {
  @Test
  void addsTheProductInTheOrderOfItsColumns() {
    HostTensor w = HostTensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    HostTensor b = HostTensor.of(new float[] {1, 10, -1, 2}, 2, 2);
    HostTensor a = HostTensor.of(new float[] {1, 0, 2, 0.5f, 1, 0}, 2, 3);
    HostTensor sum = LowRankChange.add(w, b, a);
    assertThat(sum.shape()).containsExactly(2, 3);
    assertThat(sum.toFloats()).containsExactly(7, 12, 5, 4, 7, 4);
    assertThat(w.toFloats()).as("what was before stays").containsExactly(1, 2, 3, 4, 5, 6);
  }

  /** Two small terms that float32 would lose one by one count together: one rounding per round. */
  @Test
  void roundsOnce() {
    HostTensor one = HostTensor.of(new float[] {1}, 1, 1);
    float half = (float) Math.pow(2, -24);
    HostTensor b = HostTensor.of(new float[] {half, half}, 1, 2);
    HostTensor a = HostTensor.of(new float[] {1, 1}, 2, 1);
    assertThat(LowRankChange.add(one, b, a).toFloats()).containsExactly(Math.nextUp(1f));
  }

  @Property
  void namesTellMatrixAndRoundAndSortByRound(@ForAll @IntRange(max = 99_998) int round) {
    HostTensor x = HostTensor.of(new float[1], 1, 1);
    Map<String, HostTensor> factors = LowRankChange.of("layer.weight", x, x);
    assertThat(factors).containsOnlyKeys("layer.weight@A", "layer.weight@B");
    for (String name : factors.keySet()) {
      String stored = LowRankChange.inRound(name, round);
      assertThat(LowRankChange.isFactor(stored)).isTrue();
      assertThat(LowRankChange.matrix(stored)).isEqualTo("layer.weight");
      assertThat(LowRankChange.matrix(name)).isEqualTo("layer.weight");
      assertThat(LowRankChange.round(stored)).isEqualTo(round);
      assertThat(stored).isLessThan(LowRankChange.inRound(name, round + 1));
    }
    String a = LowRankChange.inRound("layer.weight@A", round);
    assertThat(LowRankChange.partner(a)).isEqualTo(LowRankChange.inRound("layer.weight@B", round));
    for (String other : List.of("layer.weight", "layer.lora_A.weight", "server.m/w")) {
      assertThat(LowRankChange.isFactor(other)).isFalse();
      assertThat(LowRankChange.partner(other)).isNull();
    }
  }
}
