package org.tributary.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Program;
import org.tributary.torch.Text;

/**
 * AdamW (Loshchilov and Hutter 2019) by libtorch's fused kernel: w *= 1 − lr λ; m = β1 m + (1−β1)
 * g; v = β2 v + (1−β2) g²; w −= lr/(1−β1ᵗ) · m / (√v/√(1−β2ᵗ) + ε), t counted from 1.
 */
final class AdamW implements Optimizer {
  private static final String TEXT = Text.of(AdamW.class, "lists.py", "adamw.py");

  private final Program program;
  private final State state;
  private final OptimizerSettings settings;
  private final List<NDArray> arrays;

  AdamW(
      OptimizerSettings settings,
      NDManager manager,
      Map<String, NDArray> weights,
      Map<String, HostTensor> remembered) {
    this.settings = settings;
    program = Program.load(TEXT, manager.getDevice());
    state = new State(manager, remembered);
    arrays = new ArrayList<>(state.like("m", weights));
    arrays.addAll(state.like("v", weights));
    arrays.add(state.one("steps", "taken", new Shape()));
    arrays.addAll(0, weights.values());
  }

  @Override
  public void step(Map<String, NDArray> gradients, double lr) {
    try (NDManager scratch = state.manager().newSubManager()) {
      List<NDArray> arguments = new ArrayList<>(arrays);
      gradients.forEach((k, g) -> arguments.add(Program.name("grads", k, g)));
      arguments.add(
          scratch.create(
              new double[] {
                lr, settings.beta1(), settings.beta2(), settings.eps(), settings.weightDecay()
              }));
      program.call(scratch, "step", arguments);
    }
  }

  @Override
  public Map<String, NDArray> state() {
    return state.arrays();
  }

  @Override
  public void close() {
    state.close();
    program.close();
  }
}
