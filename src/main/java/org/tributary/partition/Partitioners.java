package org.tributary.partition;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.tributary.config.PartitionConfig;
import org.tributary.error.WrongInput;

/** The ways to cut a set into clients, by the names that {@code partitioner.name} can have. */
public final class Partitioners {

  /** A partitioner from its keys, the least rows of a client, and the keys that matter to it. */
  private record Entry(Factory factory, Function<PartitionConfig, Map<String, Object>> keys) {}

  private interface Factory {
    Partitioner of(PartitionConfig config, Clients clients);
  }

  private static final Map<String, Entry> ALL = all();

  private Partitioners() {}

  private static Map<String, Entry> all() {
    Map<String, Entry> all = new LinkedHashMap<>();
    all.put("iid", new Entry((config, clients) -> new Iid(clients), config -> Map.of()));
    all.put(
        "dirichlet",
        new Entry(
            (config, clients) -> new Dirichlet(clients, config.partitioner().alpha()),
            config -> Map.of("alpha", config.partitioner().alpha())));
    all.put(
        "by-label",
        new Entry(
            (config, clients) -> new ByLabel(clients, config.partitioner().shards()),
            config -> Map.of("shards", config.partitioner().shards())));
    all.put(
        "natural",
        new Entry(
            (config, clients) -> new Natural(config.partitioner().column(), clients.minRows()),
            config -> Map.of("column", config.partitioner().column())));
    return all;
  }

  /**
   * The choices of {@code partitioner.name}.
   *
   * @return in the order of the documentation
   */
  public static List<String> names() {
    return List.copyOf(ALL.keySet());
  }

  /**
   * The partitioner of a configuration.
   *
   * @param config names it and gives its keys
   * @param minRows rows that each client needs to be dealt
   * @return ready to deal
   * @throws WrongInput where there is none of that name
   */
  static Partitioner of(PartitionConfig config, int minRows) {
    int clients = config.clients() == null ? 0 : config.clients();
    return entry(config).factory().of(config, new Clients(clients, minRows));
  }

  /**
   * The keys that decide what the partitioner does.
   *
   * @param config of a partition
   * @return for the manifest
   */
  static SortedMap<String, Object> parameters(PartitionConfig config) {
    SortedMap<String, Object> parameters = new TreeMap<>(entry(config).keys().apply(config));
    parameters.put("minRows", config.partitioner().minRows());
    if (config.clients() != null) {
      parameters.put("clients", config.clients());
    }
    return parameters;
  }

  private static Entry entry(PartitionConfig config) {
    Entry entry = ALL.get(config.partitioner().name());
    if (entry == null) {
      throw new WrongInput(
          "partitioner.name: %s is unknown; it is one of %s"
              .formatted(config.partitioner().name(), names()));
    }
    return entry;
  }
}
