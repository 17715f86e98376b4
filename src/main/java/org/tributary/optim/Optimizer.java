package org.tributary.optim;

import ai.djl.ndarray.NDArray;
import java.util.Map;

/**
 * Updates weights in place from their gradients. An object belongs to the training of one client in
 * one round and keeps that client's optimizer state in the engine until it is closed.
 */
public interface Optimizer extends AutoCloseable {
  /**
   * One step.
   *
   * @param gradients by weight; weights without a gradient do not change
   * @param lr the learning rate of this step
   */
  default void step(Map<String, NDArray> gradients, double lr) {
    begin();
    update(gradients, lr);
  }

  /** Begins a step, which may have several parts. */
  void begin();

  /**
   * A part of a step.
   *
   * @param gradients by weight, at least one; a weight is in one part of a step only
   * @param lr the learning rate of this step
   */
  void update(Map<String, NDArray> gradients, double lr);

  /**
   * The optimizer's state, which may be kept for the client's next round.
   *
   * @return arrays by name; they belong to the optimizer
   */
  Map<String, NDArray> state();

  /**
   * The size of the state.
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
