package org.tributary.job;

import org.tributary.config.CompareConfig;

/**
 * An arm of a comparison: a variant on a partitioned set. Its runs differ only in seed and learning
 * rate.
 *
 * @param partition path of the partitioned set; null for that of the train configuration
 * @param variant name of the variant
 */
record Arm(String partition, String variant) {
  /** The name of the partitioned set; null for that of the train configuration. */
  String set() {
    return partition == null ? null : CompareConfig.partitionName(partition);
  }

  /** The folder of its runs, relative to the comparison's. */
  String folder() {
    return partition == null ? variant : set() + "/" + variant;
  }

  /** Its name for people. */
  @Override
  public String toString() {
    return partition == null ? variant : variant + " on " + set();
  }
}
