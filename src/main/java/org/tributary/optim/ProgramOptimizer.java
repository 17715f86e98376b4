package org.tributary.optim;

import ai.djl.ndarray.NDArray;
import java.util.Map;
import org.tributary.torch.ProgramText;

/** An optimizer whose step is a TorchScript program, and whose state is a {@link State}. */
public abstract class ProgramOptimizer implements Optimizer {
  private final StepProgram program;
  private final State state;

  /**
   * An optimizer.
   *
   * @param program takes its steps; closed with this
   * @param state what it remembers
   */
  protected ProgramOptimizer(StepProgram program, State state) {
    this.program = program;
    this.state = state;
  }

  /**
   * A program's text with the functions that steps need: numbers of a tensor, and weights of
   * bfloat16 that are rounded at random.
   *
   * @param beside the optimizer; its own text is a resource in the same package
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
   * @return takes the steps
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
