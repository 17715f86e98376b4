package org.tributary.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.tributary.error.WrongInput;

/** Products of bfloat16 matrices in float32. */
class WideningTest {
  private static final String PROGRAM =
      """
      class Program(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool

        def product(self: __torch__.Program, x: Tensor, w: Tensor, b: Tensor) -> Dict[str, Tensor]:
          out = annotate(Dict[str, Tensor], {})
          out["y"] = __torch__.product(x, w, b)
          out["turned"] = __torch__.product(x, torch.t(torch.contiguous(torch.t(w))), b)
          return out
      """;

  @BeforeAll
  static void prepare() {
    Torch.prepareThread(1);
  }

  @AfterEach
  void clear() {
    System.clearProperty(Widening.SETTING);
  }

  @Test
  void aProcessorWithoutFastInstructionsWidens() {
    assertThat(Widening.least().isPresent()).isEqualTo(Machine.bfloat16().equals(Machine.NONE));
    System.setProperty(Widening.SETTING, "never");
    assertThat(Widening.least()).isEmpty();
    System.setProperty(Widening.SETTING, "5");
    assertThat(Widening.least()).hasValue(5);
    System.setProperty(Widening.SETTING, "0");
    assertThatThrownBy(Widening::least)
        .isInstanceOf(WrongInput.class)
        .hasMessageContainingAll(Widening.SETTING, "0", "never");
  }

  @Test
  void aProductIsThatOfTheRoundedFactorsRoundedOnce() {
    System.setProperty(Widening.SETTING, "1");
    try (NDManager manager = Torch.manager(Device.cpu());
        Casts casts = new Casts(Device.cpu());
        Program program = Program.load(Products.text() + PROGRAM, Device.cpu())) {
      NDArray x = half(casts, manager, manager.randomNormal(new Shape(70, 12)));
      NDArray w = half(casts, manager, manager.randomNormal(new Shape(5, 12)));
      NDArray b = half(casts, manager, manager.randomNormal(new Shape(5)));
      Map<String, NDArray> made = program.call(manager, "product", List.of(x, w, b));
      NDArray exact =
          wide(casts, manager, x)
              .matMul(wide(casts, manager, w).transpose())
              .add(wide(casts, manager, b));
      float[] rounded = wide(casts, manager, half(casts, manager, exact)).toFloatArray();
      for (String name : List.of("y", "turned")) {
        float[] found = wide(casts, manager, made.get(name)).toFloatArray();
        int differ = 0;
        for (int i = 0; i < found.length; i++) {
          differ += found[i] == rounded[i] ? 0 : 1;
        }
        // The order of a sum changes a last bit that is nearly a tie.
        assertThat(differ).as(name).isLessThan(4);
      }
    }
  }

  private static NDArray half(Casts casts, NDManager manager, NDArray x) {
    return casts.to(manager, x, DataType.BFLOAT16);
  }

  private static NDArray wide(Casts casts, NDManager manager, NDArray x) {
    return casts.to(manager, x, DataType.FLOAT32);
  }
}
