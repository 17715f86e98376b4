package org.tributary.job;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.spark.SparkConf;
import org.tributary.checkpoint.PathNames;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import picocli.CommandLine.Model.CommandSpec;

/**
 * The option {@code --check} of a job: it checks configuration, model and data, and starts nothing.
 * jobs/submit runs it before it sends a driver to a cluster. In that case files may not be
 * accessible, because they are on a disk of the cluster's nodes or on a file system that only the
 * nodes reach. Then only the driver can check them, and the check says so.
 */
final class CheckOption {
  private final CommandSpec spec;
  private final Configuration hadoop;
  private final boolean away;

  /**
   * Creates a check.
   *
   * @param spec has the writers for output
   * @param hadoop reaches file systems
   * @param away whether the driver will run on a cluster
   */
  CheckOption(CommandSpec spec, Configuration hadoop, boolean away) {
    this.spec = spec;
    this.hadoop = hadoop;
    this.away = away;
  }

  /** The checks of a job that need its files. */
  @FunctionalInterface
  interface Look {
    /**
     * Checks all that can be checked without Spark.
     *
     * @throws WrongInput naming the problems
     */
    void run() throws IOException;
  }

  /**
   * Runs the check and prints the result: a line {@code reads FILE} for each configuration, a line
   * {@code ships FILE} for each of {@code spark.files}, and the result.
   *
   * @param configurations files that the job reads its configuration from
   * @param inputs dotted key to the path of a model or data; null for keys that are not set
   * @param look the checks if all inputs are accessible
   * @return exit code 0
   * @throws WrongInput for an input that is missing or not valid
   */
  int run(List<String> configurations, Map<String, String> inputs, Look look) throws IOException {
    return run(configurations, inputs, List.of(), look);
  }

  /**
   * Runs the check of a job whose rows may be what only Spark reads.
   *
   * @param configurations files that the job reads its configuration from
   * @param inputs dotted key to the path of a model or data
   * @param bySpark keys and values that nothing checks before there is a session
   * @param look the checks if all inputs are accessible
   * @return exit code 0
   * @throws WrongInput for an input that is missing or not valid
   */
  int run(List<String> configurations, Map<String, String> inputs, List<String> bySpark, Look look)
      throws IOException {
    List<String> unseen = new ArrayList<>();
    for (Map.Entry<String, String> input : inputs.entrySet()) {
      if (input.getValue() != null && !isInSight(input.getKey(), input.getValue())) {
        unseen.add(input.getKey() + ": " + input.getValue());
      }
    }
    if (unseen.isEmpty()) {
      look.run();
    } else {
      spec.commandLine()
          .getErr()
          .println("not checked, as this machine cannot read it: " + String.join(", ", unseen));
    }
    if (!bySpark.isEmpty()) {
      spec.commandLine()
          .getErr()
          .println("not checked, as only Spark reads it: " + String.join(", ", bySpark));
    }
    configurations.forEach(file -> spec.commandLine().getOut().println("reads " + file));
    for (String file : new SparkConf().get("spark.files", "").split(",")) {
      if (!file.isBlank()) {
        spec.commandLine().getOut().println("ships " + file.strip());
      }
    }
    spec.commandLine()
        .getOut()
        .println(
            unseen.isEmpty() && bySpark.isEmpty()
                ? "configuration, model and data are in order"
                : "the configuration is in order");
    return 0;
  }

  private boolean isInSight(String key, String path) throws IOException {
    Store store = Store.of(hadoop);
    try {
      if (store.exists(store.path(path))) {
        return true;
      }
    } catch (WrongInput | IOException e) {
      if (away) {
        return false; // no jar for its scheme, no host with that name, or no answer
      }
      throw e;
    }
    if (away && isLocal(path)) {
      return false;
    }
    throw new WrongInput("%s: %s does not exist; check the path".formatted(key, path));
  }

  private boolean isLocal(String path) {
    String scheme = PathNames.unqualified(path).toUri().getScheme();
    return "file".equals(scheme == null ? FileSystem.getDefaultUri(hadoop).getScheme() : scheme);
  }
}
