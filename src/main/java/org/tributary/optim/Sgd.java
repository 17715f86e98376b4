package org.tributary.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Map;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Program;
import org.tributary.torch.ProgramText;

/**
 * Stochastic gradient descent with momentum and L2 decay, as torch.optim.SGD (dampening 0, no
 * Nesterov): d = g + λ w; b = μ b + d, b starting at d; w −= lr b.
 */
final class Sgd implements Optimizer {
  private static final String TEXT = ProgramText.of(Sgd.class, "lists.py", "rounding.py", "sgd.py");

  private final StepProgram program;
  private final State state;
  private final OptimizerSettings settings;

  Sgd(
      OptimizerSettings settings,
      NDManager manager,
      Map<String, NDArray> weights,
      Map<String, HostTensor> remembered,
      long seed) {
    this.settings = settings;
    state = new State(manager, remembered);
    List<NDArray> memory =
        settings.momentum() > 0
            ? state.like("momentum", weights)
            : List.of(Program.name("momentum", "", state.manager().zeros(new Shape())));
    program = new StepProgram(TEXT, state, weights, memory, seed);
  }

  @Override
  public void begin() {
    program.begin();
  }

  @Override
  public void update(Map<String, NDArray> gradients, double lr) {
    program.step(gradients, lr, settings.momentum(), settings.weightDecay());
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
