package org.tributary.optim;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/**
 * Changes weights by their gradients, in place. One object belongs to one client's training in one
 * round, and holds that client's optimizer state in the engine until it is closed.
 */
public interface Optimizer extends AutoCloseable {
  /**
   * One step.
   *
   * @param gradients by weight; weights without one stay as they are
   * @param lr the learning rate of this step
   */
  default void step(Map<String, NDArray> gradients, double lr) {
    begin();
    update(gradients, lr);
  }

  /** Begins a step, which may be taken in parts. */
  void begin();

  /**
   * A part of a step.
   *
   * @param gradients by weight, at least one; a weight has its turn once a step
   * @param lr the learning rate of this step
   */
  void update(Map<String, NDArray> gradients, double lr);

  /**
   * What the optimizer remembers between steps, to be kept with a client.
   *
   * @return arrays by name; they belong to the optimizer
   */
  Map<String, NDArray> state();

  /**
   * The size of what it remembers.
   *
   * @return bytes
   */
  default long stateBytes() {
    return state().values().stream()
        .mapToLong(a -> a.size() * a.getDataType().getNumOfBytes())
        .sum();
  }

  @Override
  void close();
}
