package org.tributary.executor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.spark.SparkEnv;
import org.apache.spark.util.Utils;

/** The folder for local copies of files that a JVM maps into memory. */
public final class Staging {
  private Staging() {}

  /** A folder of this JVM on one of Spark's local disks. Spark deletes it when the JVM ends. */
  public static Path folder() throws IOException {
    String root = Utils.getLocalDir(SparkEnv.get().conf());
    return Files.createDirectories(Path.of(root, "tributary"));
  }
}
