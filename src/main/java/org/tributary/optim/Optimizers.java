package org.tributary.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.tributary.config.Method;
import org.tributary.plugin.Plugins;
import org.tributary.protocol.HostTensor;

/** The available optimizers, by name. */
@SuppressWarnings("rawtypes") // The type of a plugin's settings is known only by the plugin's name.
public final class Optimizers {
  private static final SortedMap<String, OptimizerProvider> ALL =
      Plugins.find(OptimizerProvider.class);

  private Optimizers() {}

  /**
   * The choices of {@code client.optimizer.name}.
   *
   * @return sorted by name
   */
  public static List<Method<?>> all() {
    List<Method<?>> all = new ArrayList<>();
    ALL.values().forEach(all::add);
    return all;
  }

  /**
   * Checks before training that an optimizer supports some weights.
   *
   * @param settings with the name of one of {@link #all}
   * @param shapes of the weights, by name
   * @throws org.tributary.error.WrongInput if it does not
   */
  @SuppressWarnings("unchecked") // The configuration was read into the record of the name.
  public static void check(OptimizerSettings settings, Map<String, long[]> shapes) {
    ALL.get(settings.name()).check(settings.own(), shapes);
  }

  /**
   * The size of an optimizer's state.
   *
   * @param settings with the name of one of {@link #all}
   * @param shapes of the weights, by name
   * @return bytes after a step
   */
  @SuppressWarnings("unchecked") // The configuration was read into the record of the name.
  public static long stateBytes(OptimizerSettings settings, Map<String, long[]> shapes) {
    return ALL.get(settings.name()).stateBytes(settings.own(), shapes);
  }

  /**
   * Whether an element of a matrix does not change as long as its gradient is zero.
   *
   * @param settings with the name of one of {@link #all}
   * @param name of the matrix
   * @param shape of the matrix
   * @return see {@link OptimizerProvider#rests}
   */
  @SuppressWarnings("unchecked") // The configuration was read into the record of the name.
  public static boolean rests(OptimizerSettings settings, String name, long... shape) {
    return ALL.get(settings.name()).rests(settings.own(), settings.weightDecay(), name, shape);
  }

  /**
   * Makes an optimizer.
   *
   * @param settings with the name of one of {@link #all}
   * @param manager on the device of the state; the state gets a sub-manager of it
   * @param weights to be updated, by name
   * @param remembered an earlier {@link Optimizer#state}, or empty for a fresh start
   * @param seed of this client and round, for stochastic rounding
   * @return the optimizer, to be closed by the caller
   * @throws org.tributary.error.WrongInput if the settings do not fit the weights
   */
  @SuppressWarnings("unchecked") // The configuration was read into the record of the name.
  public static Optimizer of(
      OptimizerSettings settings,
      NDManager manager,
      Map<String, NDArray> weights,
      Map<String, HostTensor> remembered,
      long seed) {
    return ALL.get(settings.name())
        .of(
            settings.own(),
            new OptimizerStart(
                manager, weights, remembered, settings.weightDecay(), settings.seed(), seed));
  }
}
