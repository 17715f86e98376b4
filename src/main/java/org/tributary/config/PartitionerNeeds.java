package org.tributary.config;

/** The requirements of a partitioner's settings on the keys next to them. */
public interface PartitionerNeeds {
  /**
   * Whether rows are distributed by their class.
   *
   * @return false by default
   */
  default boolean needsLabel() {
    return false;
  }

  /**
   * The column whose values are the clients.
   *
   * @return null by default: the configuration has the number of clients
   */
  default String ownerColumn() {
    return null;
  }
}
