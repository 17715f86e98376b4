package org.tributary.config;

/** What a partitioner's settings say of the keys next to them. */
public interface PartitionerNeeds {
  /**
   * Whether rows are dealt by their class.
   *
   * @return false by default
   */
  default boolean needsLabel() {
    return false;
  }

  /**
   * The column whose values are the clients.
   *
   * @return null, unless said, for as many clients as the configuration asks for
   */
  default String ownerColumn() {
    return null;
  }
}
