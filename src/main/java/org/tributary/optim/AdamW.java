package org.tributary.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * AdamW (Loshchilov and Hutter 2019) by libtorch's fused kernel: w *= 1 − lr λ; m = β1 m + (1−β1)
 * g; v = β2 v + (1−β2) g²; w −= lr/(1−β1ᵗ) · m / (√v/√(1−β2ᵗ) + ε), t counted from 1.
 */
final class AdamW extends ProgramOptimizer {
  private static final String TEXT = text(AdamW.class, "adamw.py");

  private final AdamSettings settings;
  private final double weightDecay;
  private final NDArray taken;

  private AdamW(AdamSettings settings, OptimizerStart start, OptimizerState state) {
    super(new StepProgram(TEXT, state, start, memory(start, state)), state);
    this.settings = settings;
    weightDecay = start.weightDecay();
    taken = state.arrays().get("steps.taken");
  }

  private static List<NDArray> memory(OptimizerStart start, OptimizerState state) {
    List<NDArray> memory = new ArrayList<>(state.like("m", start.weights()));
    memory.addAll(state.like("v", start.weights()));
    memory.add(state.one("steps", "taken", new Shape()));
    return memory;
  }

  @Override
  public void begin() {
    program().begin(taken);
  }

  @Override
  public void update(Map<String, NDArray> gradients, double lr) {
    program().step(gradients, lr, settings.beta1(), settings.beta2(), settings.eps(), weightDecay);
  }

  /** Registers it under its name. */
  public static final class Provider extends OptimizerProvider<AdamSettings> {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          "adamw",
          "Adam with decoupled weight decay",
          "Loshchilov and Hutter 2019, arXiv 1711.05101",
          AdamSettings.class);
    }

    /** The moments m and v, and the number of steps. */
    @Override
    public long stateBytes(AdamSettings settings, Map<String, long[]> shapes) {
      return 2 * bytes(shapes) + Float.BYTES;
    }

    @Override
    public boolean rests(AdamSettings settings, double weightDecay, String name, long... shape) {
      return weightDecay == 0;
    }

    @Override
    public Optimizer of(AdamSettings settings, OptimizerStart start) {
      return new AdamW(settings, start, new OptimizerState(start.manager(), start.remembered()));
    }
  }
}
