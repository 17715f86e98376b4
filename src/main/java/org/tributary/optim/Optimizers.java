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
@SuppressWarnings("rawtypes") // Of plugins only the name tells which settings they take.
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
   * Checks before anything trains that an optimizer can be made for some weights.
   *
   * @param settings with the name of one of {@link #all}
   * @param shapes of the weights, by name
   * @throws org.tributary.error.WrongInput if it cannot
   */
  @SuppressWarnings("unchecked") // The configuration was read into the record of the name.
  public static void check(OptimizerSettings settings, Map<String, long[]> shapes) {
    ALL.get(settings.name()).check(settings.own(), shapes);
  }

  /**
   * Makes an optimizer.
   *
   * @param settings with the name of one of {@link #all}
   * @param manager whose device the state lives on; a part of it is made for the state
   * @param weights to be changed, by name
   * @param remembered an earlier {@link Optimizer#state}, or empty for a fresh start
   * @param seed of this client and round, for weights that are rounded at random
   * @return to be closed by the caller
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
