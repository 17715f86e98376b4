package org.tributary.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.ProgramText;

/**
 * AdamW (Loshchilov and Hutter 2019) by libtorch's fused kernel: w *= 1 − lr λ; m = β1 m + (1−β1)
 * g; v = β2 v + (1−β2) g²; w −= lr/(1−β1ᵗ) · m / (√v/√(1−β2ᵗ) + ε), t counted from 1.
 */
final class AdamW implements Optimizer {
  private static final String TEXT =
      ProgramText.of(AdamW.class, "lists.py", "rounding.py", "adamw.py");

  private final StepProgram program;
  private final State state;
  private final OptimizerSettings settings;
  private final NDArray taken;

  AdamW(
      OptimizerSettings settings,
      NDManager manager,
      Map<String, NDArray> weights,
      Map<String, HostTensor> remembered,
      long seed) {
    this.settings = settings;
    state = new State(manager, remembered);
    List<NDArray> memory = new ArrayList<>(state.like("m", weights));
    memory.addAll(state.like("v", weights));
    taken = state.one("steps", "taken", new Shape());
    memory.add(taken);
    program = new StepProgram(TEXT, state, weights, memory, seed);
  }

  @Override
  public void begin() {
    program.begin(taken);
  }

  @Override
  public void update(Map<String, NDArray> gradients, double lr) {
    program.step(
        gradients, lr, settings.beta1(), settings.beta2(), settings.eps(), settings.weightDecay());
  }

  @Override
  public Map<String, NDArray> state() {
    return state.arrays();
  }

  @Override
  public void close() {
    program.close();
  }
}
