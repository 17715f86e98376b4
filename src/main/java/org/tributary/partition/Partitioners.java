package org.tributary.partition;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.tributary.config.Effective;
import org.tributary.config.Method;
import org.tributary.config.PartitionConfig;
import org.tributary.plugin.Plugins;

/**
 * The ways to split a data set among clients, by the names that {@code partitioner.name} can have.
 */
@SuppressWarnings("rawtypes") // Of plugins only the name tells which settings they take.
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
   * @param config names it and gives its keys
   * @param minRows rows that each client needs to be dealt
   * @return ready to deal
   */
  @SuppressWarnings("unchecked") // The configuration was read into the record of the name.
  static Partitioner of(PartitionConfig config, int minRows) {
    int clients = config.clients() == null ? 0 : config.clients();
    PartitionConfig.Partitioner section = config.partitioner();
    return ALL.get(section.name()).of(section.settings(), new Clients(clients, minRows));
  }

  /**
   * The keys that decide what the partitioner does.
   *
   * @param config of a partition
   * @return for the manifest
   */
  static SortedMap<String, Object> parameters(PartitionConfig config) {
    SortedMap<String, Object> parameters =
        new TreeMap<>(Effective.keys(config.partitioner().settings()));
    parameters.put("minRows", config.partitioner().minRows());
    if (config.clients() != null) {
      parameters.put("clients", config.clients());
    }
    return parameters;
  }
}
