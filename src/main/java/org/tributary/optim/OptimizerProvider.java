package org.tributary.optim;

import java.util.Map;
import org.tributary.config.Method;
import org.tributary.protocol.HostTensor;

/**
 * Makes an optimizer for the name in {@code client.optimizer.name}.
 *
 * @param <S> the record of its own keys, which are next to {@code client.optimizer.name}
 */
public abstract class OptimizerProvider<S extends Record> extends Method<S> {
  /**
   * Creates a provider.
   *
   * @param name the value of {@code client.optimizer.name}
   * @param about what it does, in one line
   * @param source the paper that it follows
   * @param settings the record of its own keys
   */
  protected OptimizerProvider(String name, String about, String source, Class<S> settings) {
    super(name, about, source, settings);
  }

  /**
   * Makes an optimizer.
   *
   * @param settings of the configuration
   * @param start the weights and their optimizer state
   * @return the optimizer, to be closed by the caller
   * @throws org.tributary.error.WrongInput if the settings do not fit the weights
   */
  public abstract Optimizer of(S settings, OptimizerStart start);

  /**
   * Checks before training that the optimizer supports some weights.
   *
   * @param settings of the configuration
   * @param shapes of the weights, by name
   * @throws org.tributary.error.WrongInput if it does not
   */
  public void check(S settings, Map<String, long[]> shapes) {}

  /**
   * The size of the state after a step, without making an optimizer.
   *
   * @param settings of the configuration
   * @param shapes of the weights, by name
   * @return bytes; by default two float32 moments for each weight
   */
  public long stateBytes(S settings, Map<String, long[]> shapes) {
    return 2 * bytes(shapes);
  }

  /**
   * Whether an element does not change as long as its gradient is zero, from a fresh state on,
   * whatever the gradients of the other elements of its matrix are.
   *
   * @param settings of the configuration
   * @param weightDecay of all weights
   * @param name of the matrix
   * @param shape of the matrix
   * @return whether it stays as it is, bit by bit
   */
  public boolean rests(S settings, double weightDecay, String name, long... shape) {
    return false;
  }

  /**
   * The size of weights in float32.
   *
   * @param shapes by name
   * @return bytes
   */
  protected static long bytes(Map<String, long[]> shapes) {
    return shapes.values().stream().mapToLong(s -> Float.BYTES * HostTensor.elements(s)).sum();
  }
}
