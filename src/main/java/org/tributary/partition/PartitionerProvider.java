package org.tributary.partition;

import org.tributary.config.Method;

/**
 * Makes a partitioner for the name in {@code partitioner.name}.
 *
 * @param <S> the record of its own keys, which stand next to {@code partitioner.name}; where it is
 *     {@link org.tributary.config.PartitionerNeeds}, it says what else is needed
 */
public abstract class PartitionerProvider<S extends Record> extends Method<S> {
  /**
   * A partitioner.
   *
   * @param name that {@code partitioner.name} has
   * @param about how it gives rows to clients, in one line
   * @param source the paper that it follows
   * @param settings the record of its own keys
   */
  protected PartitionerProvider(String name, String about, String source, Class<S> settings) {
    super(name, about, source, settings);
  }

  /**
   * Makes the partitioner of a set.
   *
   * @param settings of the configuration
   * @param clients how many there are to be, and how small one may be
   * @return ready to deal
   */
  public abstract Partitioner of(S settings, Clients clients);
}
