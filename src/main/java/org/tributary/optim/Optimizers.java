package org.tributary.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tributary.protocol.HostTensor;

/** The optimizers there are, by name. */
public final class Optimizers {
  private Optimizers() {}

  /** Makes an optimizer for weights, going on from what it remembered (empty at the start). */
  private interface Method {
    Optimizer of(
        OptimizerSettings settings,
        NDManager manager,
        Map<String, NDArray> weights,
        Map<String, HostTensor> remembered,
        long seed);
  }

  private static final Map<String, Method> METHODS =
      new TreeMap<>(Map.of("sgd", Sgd::new, "adamw", AdamW::new, "galore", GaLore::new));

  /**
   * The names a configuration may use.
   *
   * @return sorted
   */
  public static Set<String> names() {
    return METHODS.keySet();
  }

  /**
   * Checks before anything trains that an optimizer can be made for some weights.
   *
   * @param settings with one of {@link #names}
   * @param shapes of the weights, by name
   * @throws org.tributary.error.WrongInput if it cannot
   */
  public static void check(OptimizerSettings settings, Map<String, long[]> shapes) {
    if (settings.galore() != null) {
      settings.galore().projected(shapes);
    }
  }

  /**
   * Makes an optimizer.
   *
   * @param settings with one of {@link #names}
   * @param manager whose device the state lives on; a part of it is made for the state
   * @param weights to be changed, by name
   * @param remembered an earlier {@link Optimizer#state}, or empty for a fresh start
   * @param seed of this client and round, for weights that are rounded at random
   * @return to be closed by the caller
   * @throws org.tributary.error.WrongInput if the settings do not fit the weights
   */
  public static Optimizer of(
      OptimizerSettings settings,
      NDManager manager,
      Map<String, NDArray> weights,
      Map<String, HostTensor> remembered,
      long seed) {
    return METHODS.get(settings.name()).of(settings, manager, weights, remembered, seed);
  }
}
