package com.example.methods;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import org.tributary.config.Key;
import org.tributary.optim.Optimizer;
import org.tributary.optim.OptimizerProvider;
import org.tributary.optim.OptimizerStart;
import org.tributary.optim.OptimizerState;
import org.tributary.optim.ProgramOptimizer;
import org.tributary.optim.StepProgram;

/**
 * Lion (Chen et al. 2023, arXiv 2302.06675): w −= η (sign(β1 m + (1−β1) g) + λ w); then m = β2 m +
 * (1−β2) g.
 */
public final class Lion extends ProgramOptimizer {
  private final Settings settings;
  private final double weightDecay;

  private Lion(Settings settings, OptimizerStart start, OptimizerState state) {
    super(
        new StepProgram(
            text(Lion.class, "lion.py"), state, start, state.like("m", start.weights())),
        state);
    this.settings = settings;
    weightDecay = start.weightDecay();
  }

  @Override
  public void update(Map<String, NDArray> gradients, double lr) {
    program().step(gradients, lr, settings.beta1(), settings.beta2(), weightDecay);
  }

  /**
   * Its keys, which are next to {@code client.optimizer.name}.
   *
   * @param beta1 β1
   * @param beta2 β2
   */
  public record Settings(
      @Key(value = "share of the momentum in a step", byDefault = "0.9", min = 0, below = 1)
          double beta1,
      @Key(value = "decay of the momentum", byDefault = "0.99", min = 0, below = 1)
          double beta2) {}

  /** Finds it by its name. */
  public static final class Provider extends OptimizerProvider<Settings> {
    /** For ServiceLoader. */
    public Provider() {
      super("lion", "steps of the sign of momentum", "Chen et al. 2023, arXiv 2302.06675",
          Settings.class);
    }

    @Override
    public Optimizer of(Settings settings, OptimizerStart start) {
      return new Lion(settings, start, new OptimizerState(start.manager(), start.remembered()));
    }
  }
}
