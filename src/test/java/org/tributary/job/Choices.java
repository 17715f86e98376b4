package org.tributary.job;

import java.util.List;
import java.util.Map;

/** The names that keys of a job may hold, for tests that read configurations by themselves. */
public final class Choices {
  public static final Map<String, List<String>> PARTITION = Partition.CHOICES;

  private Choices() {}
}
