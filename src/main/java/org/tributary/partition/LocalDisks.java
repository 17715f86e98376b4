package org.tributary.partition;

import java.io.File;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.apache.spark.SparkEnv;

/** The folders to which Spark writes shuffle data and data that does not fit into memory. */
final class LocalDisks {
  private LocalDisks() {}

  /** A text with the folders of this JVM and their free space. */
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
