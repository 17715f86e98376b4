package org.tributary.torch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** ProgramText becomes methods on tensors; invalid text becomes a message. */
class ProgramTest {
  private static final String HEAD =
      """
      class Program(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool

      """;

  private static final String SQUARE =
      HEAD
          + """
              def square(self: __torch__.Program, w: Dict[str, Tensor], x: Tensor) -> Dict[str, Tensor]:
                leaf = torch.requires_grad_(torch.detach(w["a.b"]), True)
                y = torch.sum(torch.mul(torch.mul(leaf, leaf), x))
                out = annotate(Dict[str, Tensor], {})
                out["y"] = torch.detach(y)
                if torch.is_grad_enabled():
                  g = torch.grad([y], [leaf], None, None, False, True)[0]
                  if g is not None:
                    out["dy.a.b"] = g
                return out
            """;

  @BeforeEach
  void prepare() {
    Torch.prepareThread(1);
  }

  @Test
  void aMethodTakesDictsAndGivesTensorsByName() {
    try (NDManager manager = Torch.manager(Device.cpu());
        Program program = Program.load(SQUARE, Device.cpu())) {
      List<NDArray> arguments =
          List.of(
              Program.name("w", "a.b", manager.create(new float[] {1, 2, 3})),
              manager.create(new float[] {10, 20, 30}));
      Map<String, NDArray> results = program.call(manager, "square", arguments);
      assertThat(results.get("y").getFloat()).isEqualTo(10 + 80 + 270);
      assertThat(results.get("dy.a.b").toFloatArray()).containsExactly(20, 80, 180);
      assertThat(program.infer(manager, "square", arguments)).containsOnlyKeys("y");
    }
  }

  @Test
  void resultsBelongToTheManagerThatAsks() {
    try (NDManager manager = Torch.manager(Device.cpu());
        NDManager step = manager.newSubManager();
        Program program = Program.load(SQUARE, Device.cpu())) {
      List<NDArray> arguments =
          List.of(
              Program.name("w", "a.b", manager.create(new float[] {1})),
              manager.create(new float[] {1}));
      NDArray y = program.call(step, "square", arguments).get("y");
      assertThat(y.getManager()).isSameAs(step);
      step.close();
      assertThatThrownBy(y::getFloat).isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void badTextIsToldWithItsPlace() {
    String bad =
        HEAD + "  def f(self: __torch__.Program) -> Tensor:\n    return torch.nonsense(1)\n";
    assertThatThrownBy(() -> Program.load(bad, Device.cpu()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the engine refuses the program")
        .hasMessageContaining("nonsense");
  }

  @Test
  void textThatIsNoProgramIsTold() {
    assertThatThrownBy(() -> Program.load("class Other(Module):\n  pass\n", Device.cpu()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("the engine refuses the program");
  }
}
