package org.tributary.framework;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/** The frameworks there are, by name. */
public final class Frameworks {
  private static final Map<String, Supplier<Framework>> FRAMEWORKS =
      new TreeMap<>(
          Map.of(
              FedAvg.NAME, FedAvg::new,
              FedIt.NAME, FedIt::new,
              Local.NAME, Local::new,
              Central.NAME, Central::new));

  private Frameworks() {}

  /**
   * The names a configuration may use.
   *
   * @return sorted
   */
  public static Set<String> names() {
    return FRAMEWORKS.keySet();
  }

  /**
   * A framework.
   *
   * @param name one of {@link #names}
   * @return the framework
   */
  public static Framework named(String name) {
    return FRAMEWORKS.get(name).get();
  }
}
