package org.tributary.run;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.spark.util.SerializableConfiguration;
import org.tributary.checkpoint.Store;
import org.tributary.config.Choices;
import org.tributary.config.ConfigReader;
import org.tributary.config.TrainConfig;
import org.tributary.framework.Frameworks;
import org.tributary.optim.Optimizers;
import org.tributary.optim.Schedule;

/**
 * The facts about a run that its tasks get from the driver; they read everything else from files.
 *
 * @param yaml the effective configuration, its paths resolved by the driver
 * @param root the run's folder
 * @param hadoop configuration of the file systems
 */
public record RunSpec(String yaml, String root, SerializableConfiguration hadoop)
    implements Serializable {

  /**
   * The choices of the keys of a train configuration whose values are names of plugins and the
   * like.
   */
  public static final Map<String, Choices> CHOICES =
      Map.of(
          "framework.name", Choices.ofMethods(Frameworks.all()),
          "framework.server.name", Choices.ofMethods(Frameworks.servers()),
          "framework.local.name", Choices.ofMethods(Frameworks.localRules()),
          "client.optimizer.name", Choices.ofMethods(Optimizers.all()),
          "client.schedule.name", Choices.of(Schedule.names()));

  /**
   * Makes the specification for the tasks of a run.
   *
   * @param config as the driver read it
   * @param root the run's folder
   * @param hadoop configuration of the file systems in the driver's session
   * @throws IOException if a path cannot be resolved
   */
  public static RunSpec of(TrainConfig config, Path root, SerializableConfiguration hadoop)
      throws IOException {
    String yaml = AbsolutePaths.yaml(Store.of(hadoop.value()), config);
    return new RunSpec(yaml, root.toString(), hadoop);
  }

  TrainConfig config() {
    return ConfigReader.read("config.yaml", yaml, List.of(), TrainConfig.class, CHOICES);
  }

  /** The store for the run's files, in the JVM that calls this. */
  public Store store() {
    return Store.of(hadoop.value());
  }

  /** The folder of the run. */
  public RunFolder folder() throws IOException {
    return new RunFolder(store().path(root));
  }
}
