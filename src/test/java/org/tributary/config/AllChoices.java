package org.tributary.config;

import java.util.Map;
import org.tributary.partition.Partitioning;
import org.tributary.run.RunSpec;

/** The choices that a job provides with its configuration. */
final class AllChoices {
  private AllChoices() {}

  /** Indexed by the record of a configuration. */
  static Map<String, Choices> of(Class<?> type) {
    if (type == TrainConfig.class) {
      return RunSpec.CHOICES;
    }
    return type == PartitionConfig.class ? Partitioning.CHOICES : Map.of();
  }
}
