package org.tributary.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.error.WrongInput;

/** Products with a copy of the weight in a library's own order. */
class PrepackingTest {
  private static final String PROGRAM =
      """
      class Program(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool

        def product(self: __torch__.Program, x: Tensor, w: Tensor, b: Tensor) -> Dict[str, Tensor]:
          own = __torch__.prepack(w, x.size(0))
          out = annotate(Dict[str, Tensor], {})
          out["with"] = __torch__.by_prepacked(x, own, w, b, x.size(0))
          out["without"] = __torch__.by_prepacked(x, own, w, None, x.size(0))
          out["plain"] = torch.linear(x, w, b)
          out["plain without"] = torch.linear(x, w, None)
          return out
      """;

  @AfterEach
  void clear() {
    System.clearProperty(OneDnn.SETTING);
    System.clearProperty(Prepacking.SETTING);
  }

  @Test
  void itIsThereOnX86AndCanBeSwitchedOff() {
    Assumptions.assumeTrue(System.getProperty("os.arch").equals("amd64"));
    assertThat(Prepacking.text()).contains("return True");
    System.setProperty(Prepacking.SETTING, "never");
    assertThat(Prepacking.text()).contains("return False");
    System.setProperty(Prepacking.SETTING, "no");
    assertThatThrownBy(Prepacking::text)
        .isInstanceOf(WrongInput.class)
        .hasMessageContainingAll(Prepacking.SETTING, "no", "never");
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "never"})
  void theProductIsTheSame(String oneDnn) {
    System.setProperty(OneDnn.SETTING, oneDnn);
    Torch.prepareThread(1);
    try (NDManager manager = Torch.manager(Device.cpu());
        Program program = Program.load(Prepacking.text() + PROGRAM, Device.cpu())) {
      NDArray x = manager.randomNormal(new Shape(3, 40));
      NDArray w = manager.randomNormal(new Shape(17, 40));
      NDArray b = manager.randomNormal(new Shape(17));
      var found = program.infer(manager, "product", List.of(x, w, b));
      for (String bias : List.of("", " without")) {
        float[] own = found.get(bias.isEmpty() ? "with" : "without").toFloatArray();
        float[] plain = found.get("plain" + bias).toFloatArray();
        assertThat(own).hasSize(3 * 17);
        for (int i = 0; i < own.length; i++) {
          assertThat(own[i]).isCloseTo(plain[i], within(2e-5f));
        }
      }
    }
  }
}
