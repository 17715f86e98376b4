package org.tributary.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tributary.config.EffectiveConfig;
import org.tributary.config.Method;
import org.tributary.config.PartitionConfig;
import org.tributary.plugin.Plugins;

/** The available partitioners, by the values of {@code partitioner.name}. */
@SuppressWarnings("rawtypes") // The settings of a plugin are known only by its name.
public final class Partitioners {
  private static final SortedMap<String, PartitionerProvider> ALL =
      Plugins.find(PartitionerProvider.class);

  private Partitioners() {}

  /**
   * The choices of {@code partitioner.name}.
   *
   * @return sorted by name
   */
  public static List<Method<?>> all() {
    List<Method<?>> all = new ArrayList<>();
    ALL.values().forEach(all::add);
    return all;
  }

  /**
   * The partitioner of a configuration.
   *
   * @param config configuration with its name and keys
   * @param minRows least number of rows that each client must get
   * @return the partitioner
   */
  @SuppressWarnings("unchecked") // The configuration reader chose the record by the name.
  static Partitioner of(PartitionConfig config, int minRows) {
    int clients = config.clients() == null ? 0 : config.clients();
    PartitionConfig.Partitioner section = config.partitioner();
    return ALL.get(section.name()).of(section.settings(), new Clients(clients, minRows));
  }

  /**
   * The keys that determine the result of the partitioner.
   *
   * @param config of a partition
   * @return the keys and values for the manifest
   */
  static SortedMap<String, Object> parameters(PartitionConfig config) {
    SortedMap<String, Object> parameters =
        new TreeMap<>(EffectiveConfig.keys(config.partitioner().settings()));
    parameters.put("minRows", config.partitioner().minRows());
    if (config.clients() != null) {
      parameters.put("clients", config.clients());
    }
    return parameters;
  }
}
