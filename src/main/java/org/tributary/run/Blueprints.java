package org.tributary.run;

import java.io.IOException;
import java.lang.ref.SoftReference;
import java.util.LinkedHashMap;
import java.util.Map;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * The blueprints that the tasks of this JVM have computed, one for each run. The map is static and
 * mutable because tasks have no other place to keep values.
 */
public final class Blueprints {
  private static final int KEPT = 4;

  private static final Map<String, SoftReference<Blueprint>> BLUEPRINTS =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, SoftReference<Blueprint>> eldest) {
          return size() > KEPT;
        }
      };

  private Blueprints() {}

  /**
   * A run's blueprint.
   *
   * @param store reaches the paths of the configuration
   * @param spec of the run
   * @return the blueprint, computed on the first call
   * @throws WrongInput see {@link Blueprint}
   * @throws IOException if a file system fails
   */
  public static synchronized Blueprint of(Store store, RunSpec spec) throws IOException {
    String key = spec.root() + "\n" + spec.yaml();
    SoftReference<Blueprint> kept = BLUEPRINTS.get(key);
    Blueprint blueprint = kept == null ? null : kept.get();
    if (blueprint == null) {
      blueprint = new Blueprint(store, spec.config());
      BLUEPRINTS.put(key, new SoftReference<>(blueprint));
    }
    return blueprint;
  }

  /** Removes all blueprints. */
  public static synchronized void clear() {
    BLUEPRINTS.clear();
  }
}
