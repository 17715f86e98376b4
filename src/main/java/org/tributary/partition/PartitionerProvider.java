package org.tributary.partition;

import org.tributary.config.Method;

/**
 * Makes the partitioner for the name in {@code partitioner.name}.
 *
 * @param <S> the record of its own keys, which are next to {@code partitioner.name} in the
 *     configuration. If it implements {@link org.tributary.config.PartitionerNeeds}, it also says
 *     what else is needed
 */
public abstract class PartitionerProvider<S extends Record> extends Method<S> {
  /**
   * Describes a partitioner.
   *
   * @param name value of {@code partitioner.name}
   * @param about how it assigns rows to clients, in one line
   * @param source the paper that it follows
   * @param settings the record of its own keys
   */
  protected PartitionerProvider(String name, String about, String source, Class<S> settings) {
    super(name, about, source, settings);
  }

  /**
   * Makes the partitioner of a set.
   *
   * @param settings settings from the configuration
   * @param clients number of clients and their least size
   * @return the partitioner
   */
  public abstract Partitioner of(S settings, Clients clients);
}
