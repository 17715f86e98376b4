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
 * Stochastic gradient descent with momentum and L2 decay, as torch.optim.SGD (dampening 0, no
 * Nesterov): d = g + λ w; b = μ b + d, b starting at d; w −= lr b.
 */
final class Sgd implements Optimizer {
  private static final String TEXT = Text.of(Sgd.class, "lists.py", "rounding.py", "sgd.py");

  private final Program program;
  private final State state;
  private final OptimizerSettings settings;
  private final Rounding rounding;
  private final List<NDArray> weights;
  private final List<NDArray> memory;

  Sgd(
      OptimizerSettings settings,
      NDManager manager,
      Map<String, NDArray> weights,
      Map<String, HostTensor> remembered,
      long seed) {
    this.settings = settings;
    rounding = new Rounding(weights, seed);
    this.weights = List.copyOf(weights.values());
    program = Program.load(TEXT, manager.getDevice());
    state = new State(manager, remembered);
    memory =
        settings.momentum() > 0
            ? state.like("momentum", weights)
            : List.of(Program.name("momentum", "", state.manager().zeros(new Shape())));
  }

  @Override
  public void begin() {
    rounding.begin();
  }

  @Override
  public void update(Map<String, NDArray> gradients, double lr) {
    try (NDManager scratch = state.manager().newSubManager()) {
      List<NDArray> arguments = new ArrayList<>(weights);
      gradients.forEach((k, g) -> arguments.add(Program.name("grads", k, g)));
      arguments.addAll(memory);
      arguments.addAll(rounding.of(scratch, gradients.keySet()));
      arguments.add(scratch.create(new double[] {lr, settings.momentum(), settings.weightDecay()}));
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
