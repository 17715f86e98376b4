package org.tributary.partition;

import java.io.File;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.spark.SparkEnv;

/** The folders to which Spark writes what it has no room for in memory, and what it shuffles. */
final class LocalDisks {
  private LocalDisks() {}

  /** The folders of this JVM with their free space, for people. */
  static String told() {
    File[] folders = SparkEnv.get().blockManager().diskBlockManager().localDirs();
    return Arrays.stream(folders)
        .map(
            folder ->
                String.format(
                    Locale.ROOT,
                    "%s (%.1f MB free)",
                    folder.getParent(),
                    folder.getUsableSpace() / 1_000_000.0))
        .collect(Collectors.joining(", ", "spark.local.dir ", ""));
  }
}
