package org.tributary.optim;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/** An optimizer whose step is a TorchScript program, and whose memory is a {@link State}. */
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
