package org.tributary.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.tributary.torch.Program;

/**
 * An optimizer's program with what every call of it is given. Its method {@code step} takes, in
 * this order: the weights, what the optimizer remembers, the gradients, what is the optimizer's
 * own, the numbers of {@link Rounding}, and the learning rate and the like as one float64 tensor.
 * Each of them but the last is a dict.
 */
final class StepProgram implements AutoCloseable {
  private final Program program;
  private final State state;
  private final Rounding rounding;
  private final List<NDArray> changed;

  /**
   * Loads the program.
   *
   * @param text TorchScript
   * @param state closed with this
   * @param weights by name
   * @param memory arrays of the state, dict after dict
   * @param seed of the rounding
   */
  StepProgram(
      String text, State state, Map<String, NDArray> weights, List<NDArray> memory, long seed) {
    this.state = state;
    rounding = new Rounding(weights, seed);
    changed = new ArrayList<>(weights.values());
    changed.addAll(memory);
    program = Program.load(text, state.manager().getDevice());
  }

  /** Begins a step. */
  void begin() {
    rounding.begin();
  }

  /** Begins a step that counts: the program's method {@code begin} adds one. */
  void begin(NDArray taken) {
    begin();
    try (NDManager scratch = state.manager().newSubManager()) {
      program.call(scratch, "begin", List.of(taken));
    }
  }

  /** A part of a step, of an optimizer that gives nothing of its own. */
  void step(Map<String, NDArray> gradients, double... numbers) {
    step(gradients, scratch -> List.of(), numbers);
  }

  /** A part of a step. */
  void step(
      Map<String, NDArray> gradients, Function<NDManager, List<NDArray>> own, double... numbers) {
    try (NDManager scratch = state.manager().newSubManager()) {
      List<NDArray> arguments = new ArrayList<>(changed);
      gradients.forEach((k, g) -> arguments.add(Program.name("grads", k, g)));
      arguments.addAll(own.apply(scratch));
      arguments.addAll(rounding.of(scratch, gradients.keySet()));
      arguments.add(scratch.create(numbers));
      program.call(scratch, "step", arguments);
    }
  }

  @Override
  public void close() {
    state.close();
    program.close();
  }
}
