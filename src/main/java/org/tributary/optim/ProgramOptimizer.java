package org.tributary.optim;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import org.tributary.torch.ProgramText;

/**
 * An optimizer whose step is a TorchScript program, and whose state is a {@link OptimizerState}.
 */
public abstract class ProgramOptimizer implements Optimizer {
  private final StepProgram program;
  private final OptimizerState state;

  /**
   * Creates an optimizer.
   *
   * @param program computes its steps; closed with this
   * @param state its state
   */
  protected ProgramOptimizer(StepProgram program, OptimizerState state) {
    this.program = program;
    this.state = state;
  }

  /**
   * A program's text with the functions that steps need: reading numbers from a tensor, and
   * stochastic rounding of bfloat16 weights.
   *
   * @param beside the optimizer's class; its text is a resource in the same package
   * @param name of the resource
   * @return TorchScript
   */
  protected static String text(Class<?> beside, String name) {
    return ProgramText.of(ProgramOptimizer.class, "lists.py", "rounding.py")
        + ProgramText.of(beside, name);
  }

  /**
   * The program.
   *
   * @return the program that computes the steps
   */
  protected final StepProgram program() {
    return program;
  }

  @Override
  public void begin() {
    program.begin();
  }

  @Override
  public final Map<String, NDArray> state() {
    return state.arrays();
  }

  @Override
  public final void close() {
    program.close();
  }
}
