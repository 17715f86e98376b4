package org.tributary.job;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.tributary.config.TrainConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The job {@code train}: one federated run, begun or gone on with. */
@Command(
    name = "train",
    description = "Runs a federated fine-tuning, or goes on with one that stopped.")
public final class Train implements Callable<Integer> {
  private static final Map<String, List<String>> CHOICES =
      Map.of(
          "framework.name", List.of("fedavg", "fedit", "local", "central"),
          "client.optimizer.name", List.of("sgd", "adamw"),
          "client.schedule.name", List.of("constant", "linear", "cosine"));

  @Mixin private ConfigFile file;

  @Override
  public Integer call() throws IOException {
    Configuration hadoop = Sessions.hadoop();
    TrainConfig config = file.read(hadoop, TrainConfig.class, CHOICES);
    Map<String, String> paths = new LinkedHashMap<>();
    paths.put("out", config.out());
    paths.put("model.path", config.model().path());
    paths.put("data.path", config.data().path());
    Sessions.requireReachable(paths, config.shared(), hadoop);
    try (SparkSession spark = Sessions.open("train", config.client().threads())) {
      throw new UnsupportedOperationException("train is not wired: " + spark.version());
    }
  }
}
