package org.tributary.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import org.tributary.torch.Program;

/**
 * Stochastic gradient descent with momentum and L2 decay, like torch.optim.SGD (dampening 0, no
 * Nesterov): d = g + λ w; b = μ b + d, b starting at d; w −= lr b.
 */
final class Sgd extends ProgramOptimizer {
  private static final String TEXT = text(Sgd.class, "sgd.py");

  private final SgdSettings settings;
  private final double weightDecay;

  private Sgd(SgdSettings settings, OptimizerStart start, OptimizerState state) {
    super(new StepProgram(TEXT, state, start, memory(settings, start, state)), state);
    this.settings = settings;
    weightDecay = start.weightDecay();
  }

  private static List<NDArray> memory(
      SgdSettings settings, OptimizerStart start, OptimizerState state) {
    return settings.momentum() > 0
        ? state.like("momentum", start.weights())
        : List.of(Program.name("momentum", "", state.manager().zeros(new Shape())));
  }

  @Override
  public void update(Map<String, NDArray> gradients, double lr) {
    program().step(gradients, lr, settings.momentum(), weightDecay);
  }

  /** Registers it under its name. */
  public static final class Provider extends OptimizerProvider<SgdSettings> {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          "sgd", "stochastic gradient descent with momentum", "torch.optim.SGD", SgdSettings.class);
    }

    @Override
    public long stateBytes(SgdSettings settings, Map<String, long[]> shapes) {
      return settings.momentum() > 0 ? bytes(shapes) : 0;
    }

    @Override
    public boolean rests(SgdSettings settings, double weightDecay, String name, long... shape) {
      return weightDecay == 0;
    }

    @Override
    public Optimizer of(SgdSettings settings, OptimizerStart start) {
      return new Sgd(settings, start, new OptimizerState(start.manager(), start.remembered()));
    }
  }
}
