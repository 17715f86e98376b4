package org.tributary.framework;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.tributary.protocol.Adapters;

/** The frameworks there are, by name. */
public final class Frameworks {
  private static final Map<String, Function<Adapters, Framework>> FRAMEWORKS =
      new TreeMap<>(
          Map.of(
              FedAvg.NAME, adapters -> new FedAvg(),
              FedIt.NAME, adapters -> new FedIt(),
              FfaLora.NAME, adapters -> new FfaLora(),
              FlexLora.NAME, FlexLora::new,
              Local.NAME, adapters -> new Local(),
              Central.NAME, adapters -> new Central()));

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
   * @param adapters that the configuration asks for; null without
   * @return the framework
   */
  public static Framework named(String name, Adapters adapters) {
    return FRAMEWORKS.get(name).apply(adapters);
  }

  /**
   * A framework for a run without adapters.
   *
   * @param name one of {@link #names}
   * @return the framework
   */
  public static Framework named(String name) {
    return named(name, null);
  }
}
