package org.tributary.federation;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.tributary.config.ConfigReader;
import org.tributary.config.GenerateConfig;
import org.tributary.generation.Generation;
import org.tributary.generation.GenerationListener;

/** A generation in its own JVM, which dies after some rows are written. */
public final class GenerateRun {
  /** The exit code of a driver that died at the requested point. */
  static final int KILLED = 99;

  private GenerateRun() {}

  static GenerateConfig config(String yaml, String... sets) {
    return ConfigReader.read("t.yaml", yaml, List.of(sets), GenerateConfig.class, Map.of());
  }

  /** Arguments: YAML, and the number of rows after which to die. */
  public static void main(String[] args) throws Exception {
    try (SparkSession spark =
        SparkSession.builder().master("local[1]").appName("driver").getOrCreate()) {
      GenerationListener listener =
          (rows, of, tokens) -> {
            if (rows >= Integer.parseInt(args[1])) {
              Runtime.getRuntime().halt(KILLED);
            }
          };
      new Generation(spark, listener).run(config(Files.readString(Path.of(args[0]))));
    }
    System.exit(0);
  }
}
