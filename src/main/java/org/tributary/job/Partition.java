package org.tributary.job;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.tributary.config.PartitionConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The job {@code partition}: cuts a raw set into clients. */
@Command(name = "partition", description = "Cuts a raw set into clients, as Parquet.")
public final class Partition implements Callable<Integer> {
  private static final Map<String, List<String>> CHOICES =
      Map.of(
          "source.format", List.of("jsonl", "csv", "parquet"),
          "partitioner.name", List.of("iid", "dirichlet", "by-label", "natural"));

  @Mixin private ConfigFile file;

  @Override
  public Integer call() throws IOException {
    Configuration hadoop = Sessions.hadoop();
    PartitionConfig config = file.read(hadoop, PartitionConfig.class, CHOICES);
    Map<String, String> paths = new LinkedHashMap<>();
    paths.put("source.train", config.source().train());
    paths.put("source.validation", config.source().validation());
    paths.put("source.test", config.source().test());
    paths.put("out", config.out());
    Sessions.requireReachable(paths, config.shared(), hadoop);
    try (SparkSession spark = Sessions.open("partition", 1)) {
      throw new UnsupportedOperationException("partition is not wired: " + spark.version());
    }
  }
}
