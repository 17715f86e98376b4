package org.tributary.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.tributary.torch.Program;
import org.tributary.torch.SharedPrograms;

/**
 * An optimizer's program with the arguments of its calls. The method {@code step} takes, in this
 * order: the weights, the optimizer's state, the gradients, the optimizer's own arguments, the
 * numbers of {@link StochasticRounding}, and the learning rate and the like as one float64 tensor.
 * All except the last are dicts.
 */
public final class StepProgram implements AutoCloseable {
  private final Program program;
  private final OptimizerState state;
  private final StochasticRounding rounding;
  private final List<NDArray> changed;

  /**
   * Takes the program, which all clients of the JVM share.
   *
   * @param text TorchScript
   * @param state closed with this
   * @param start the weights, and the seed of the rounding
   * @param memory the arrays of the state, dict after dict
   */
  public StepProgram(
      String text, OptimizerState state, OptimizerStart start, List<NDArray> memory) {
    this.state = state;
    rounding = new StochasticRounding(start.weights(), start.seed());
    changed = new ArrayList<>(start.weights().values());
    changed.addAll(memory);
    program = SharedPrograms.of(text, state.manager().getDevice());
  }

  /** Begins a step. */
  public void begin() {
    rounding.begin();
  }

  /**
   * Begins a step and counts it: the program's method {@code begin} adds one.
   *
   * @param taken the count, an array of the state
   */
  public void begin(NDArray taken) {
    begin();
    try (NDManager scratch = state.manager().newSubManager()) {
      program.call(scratch, "begin", List.of(taken));
    }
  }

  /**
   * A part of a step of an optimizer without own arguments.
   *
   * @param gradients by weight
   * @param numbers the learning rate and the like
   */
  public void step(Map<String, NDArray> gradients, double... numbers) {
    step(gradients, scratch -> List.of(), numbers);
  }

  /**
   * A part of a step.
   *
   * @param gradients by weight
   * @param own further arguments of the optimizer
   * @param numbers the learning rate and the like
   */
  public void step(
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
  }
}
