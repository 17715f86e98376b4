package org.tributary.job;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.sql.SparkSession;
import org.tributary.checkpoint.Store;
import org.tributary.cluster.SparkMaster;
import org.tributary.config.PartitionConfig;
import org.tributary.partition.Partitioning;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The job {@code partition}: splits a raw data set among clients. */
@Command(name = "partition", description = "Splits a raw data set among clients, as Parquet.")
public final class Partition implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Mixin private ConfigFile file;

  @Override
  public Integer call() throws IOException {
    Configuration hadoop = SparkSessions.hadoop();
    PartitionConfig config = file.read(hadoop, PartitionConfig.class, Partitioning.CHOICES);
    Map<String, String> paths = new LinkedHashMap<>(Partitioning.paths(config.source()));
    paths.put("out", config.out());
    PathChecks.checkReachable(paths, config.shared(), hadoop);
    PathChecks.checkUsable(paths, hadoop);
    Store store = Store.of(hadoop);
    if (file.isCheck()) {
      paths.remove("out");
      List<String> bySpark = new ArrayList<>();
      if (!config.source().isOfFiles()) {
        config.source().sets().forEach((set, rows) -> bySpark.add("source." + set + ": " + rows));
      }
      boolean away = SparkMaster.isAway();
      return new CheckOption(spec, hadoop, away)
          .run(
              List.of(file.name()),
              paths,
              bySpark,
              () -> {
                // A driver on the cluster may have jars that this machine does not have.
                if (!away || config.source().isOfFiles()) {
                  Partitioning.check(store, config);
                }
              });
    }
    Partitioning.check(store, config);
    try (SparkSession spark = SparkSessions.open("partition")) {
      Partitioning.Result result = Partitioning.run(spark, store, config);
      PrintWriter out = spec.commandLine().getOut();
      result.notes().forEach(out::println);
      PartitionSummary.of(result.folder(), result.manifest()).forEach(out::println);
      out.println(result.made() ? "written" : "was there already");
      return 0;
    }
  }
}
