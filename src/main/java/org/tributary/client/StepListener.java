package org.tributary.client;

/** Receives a client's steps while it trains. */
@FunctionalInterface
public interface StepListener {
  /** Ignores all steps. */
  StepListener NONE = (step, steps, loss) -> {};

  /**
   * A step is done.
   *
   * @param step counted from 1
   * @param steps of this round
   * @param loss mean over the step's rows, before the step
   */
  void step(int step, int steps, double loss);
}
