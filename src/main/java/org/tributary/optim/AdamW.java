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
  private static final String TEXT = Text.of(AdamW.class, "lists.py", "rounding.py", "adamw.py");

  private final Program program;
  private final State state;
  private final OptimizerSettings settings;
  private final Rounding rounding;
  private final List<NDArray> arrays;
  private final NDArray taken;

  AdamW(
      OptimizerSettings settings,
      NDManager manager,
      Map<String, NDArray> weights,
      Map<String, HostTensor> remembered,
      long seed) {
    this.settings = settings;
    rounding = new Rounding(weights, seed);
    program = Program.load(TEXT, manager.getDevice());
    state = new State(manager, remembered);
    arrays = new ArrayList<>(state.like("m", weights));
    arrays.addAll(state.like("v", weights));
    taken = state.one("steps", "taken", new Shape());
    arrays.add(taken);
    arrays.addAll(0, weights.values());
  }

  @Override
  public void begin() {
    rounding.begin();
    try (NDManager scratch = state.manager().newSubManager()) {
      program.call(scratch, "begin", List.of(taken));
    }
  }

  @Override
  public void update(Map<String, NDArray> gradients, double lr) {
    try (NDManager scratch = state.manager().newSubManager()) {
      List<NDArray> arguments = new ArrayList<>(arrays);
      gradients.forEach((k, g) -> arguments.add(Program.name("grads", k, g)));
      arguments.addAll(rounding.of(scratch, gradients.keySet()));
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
