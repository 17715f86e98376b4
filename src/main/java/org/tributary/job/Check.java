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
 * What a job's {@code --check} does: it checks configuration, model and data, and starts nothing.
 * jobs/submit asks for it before a driver is sent to a cluster. There files may be out of sight: on
 * a disk of the cluster's nodes, or on a file system that only they reach. Then the driver is the
 * first who can look, and the check says so.
 */
final class Check {
  private final CommandSpec spec;
  private final Configuration hadoop;
  private final boolean away;

  /**
   * A check.
   *
   * @param spec says where output goes
   * @param hadoop reaches file systems
   * @param away whether the driver will run on a cluster
   */
  Check(CommandSpec spec, Configuration hadoop, boolean away) {
    this.spec = spec;
    this.hadoop = hadoop;
    this.away = away;
  }

  /** What a job looks at when its files are in sight. */
  @FunctionalInterface
  interface Look {
    /**
     * Checks all that can be checked without Spark.
     *
     * @throws WrongInput naming what does not fit
     */
    void run() throws IOException;
  }

  /**
   * Checks, and tells the outcome: a line {@code reads FILE} for each configuration, a line {@code
   * ships FILE} for each of {@code spark.files}, and the result.
   *
   * @param configurations files that the job reads its configuration from
   * @param inputs dotted key to the path of a model or data; null for keys that are not set
   * @param look what to do where all inputs are in sight
   * @return exit code 0
   * @throws WrongInput for an input that is not there, or that the look refuses
   */
  int run(List<String> configurations, Map<String, String> inputs, Look look) throws IOException {
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
    configurations.forEach(file -> spec.commandLine().getOut().println("reads " + file));
    for (String file : new SparkConf().get("spark.files", "").split(",")) {
      if (!file.isBlank()) {
        spec.commandLine().getOut().println("ships " + file.strip());
      }
    }
    spec.commandLine()
        .getOut()
        .println(
            unseen.isEmpty()
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
        return false; // no jar for its scheme, no host of that name, nobody who answers
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
