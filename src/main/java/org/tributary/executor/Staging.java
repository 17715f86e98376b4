package org.tributary.executor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.SparkEnv;
import org.apache.spark.util.Utils;

/** The local copies of files that a JVM has to map. */
public final class Staging {
  private Staging() {}

  /** A folder on one of Spark's local disks, this JVM's own; Spark deletes it when the JVM ends. */
  public static Path folder() throws IOException {
    String root = Utils.getLocalDir(SparkEnv.get().conf());
    return Files.createDirectories(Path.of(root, "tributary"));
  }
}
