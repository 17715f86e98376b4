package org.tributary.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.tributary.error.WrongInput;

/** On which processors oneDNN computes large products. */
class OneDnnTest {
  private static final Set<String> WIDE =
      Set.of("avx2", "fma", "avx512f", "avx512vl", "avx512bw", "avx512dq");

  @AfterEach
  void clear() {
    System.clearProperty(OneDnn.SETTING);
  }

  @Test
  void itIsFasterWhereMklLeavesOutAvx512() {
    assertThat(OneDnn.isFaster("AuthenticAMD", WIDE)).isTrue();
    assertThat(OneDnn.isFaster("GenuineIntel", WIDE)).isFalse();
    assertThat(OneDnn.isFaster("AuthenticAMD", Set.of("avx2", "fma"))).isFalse();
    assertThat(OneDnn.isFaster("", WIDE)).as("unknown").isFalse();
  }

  @Test
  void thePropertyDecidesAndTheCapabilitySaysSo() {
    System.setProperty(OneDnn.SETTING, "never");
    assertThat(OneDnn.least()).isEmpty();
    String kernels = Machine.cpuCapability();
    System.setProperty(OneDnn.SETTING, "7");
    assertThat(OneDnn.least()).hasValue(7);
    assertThat(Machine.cpuCapability()).isEqualTo(kernels + ", oneDNN");
    for (String wrong : List.of("no", "0", "-1", "9999999999999999999")) {
      System.setProperty(OneDnn.SETTING, wrong);
      assertThatThrownBy(OneDnn::least)
          .isInstanceOf(WrongInput.class)
          .hasMessageContainingAll(OneDnn.SETTING, wrong, "never");
    }
  }
}
