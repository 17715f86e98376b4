package org.tributary.job;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.tributary.error.Trouble;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Follows an application whose driver runs on a cluster until it ends, and returns the driver's
 * exit code. jobs/submit calls it after spark-submit. spark-submit can wait for YARN and
 * Kubernetes, too, but it prints no progress and does not return the driver's code.
 */
@Command(
    name = "follow",
    hidden = true,
    description = "Prints the state of a driver on a cluster, and ends with its exit code.")
public final class FollowApplication implements Callable<Integer> {
  /** The message after a signal: it ends this program, not the application. */
  public static final String STOPPING =
      "no longer followed; the application keeps running, see above how to end it";

  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "SUBMISSION",
      description = "tag on YARN, label tributary-submission on Kubernetes")
  private String submission;

  @Override
  public Integer call() throws IOException, InterruptedException {
    SparkConf conf = new SparkConf();
    PrintWriter err = spec.commandLine().getErr();
    try (ClusterApplication application =
        conf.get("spark.master", "").startsWith("k8s://")
            ? KubernetesDriver.of(conf, submission)
            : new YarnApplication(SparkSessions.hadoop(), submission)) {
      return toItsEnd(application, err, new Patience(TimeUnit.SECONDS.toMillis(1), 60));
    }
  }

  /**
   * How long to wait.
   *
   * @param millis between two questions
   * @param times how often in a row the cluster may give no answer, not know the application, or
   *     report that it cannot start
   */
  record Patience(long millis, int times) {}

  /** Prints every change of state, and how to follow the application and end it. */
  static int toItsEnd(ClusterApplication application, PrintWriter err, Patience patience)
      throws IOException, InterruptedException {
    String last = "";
    boolean hinted = false;
    int silent = 0;
    int stuck = 0;
    while (true) {
      Optional<ClusterApplication.State> found = ask(application, silent + 1 >= patience.times());
      silent = found.isPresent() ? 0 : silent + 1;
      if (silent >= patience.times()) {
        say(err, "The cluster does not know the application; look for it there");
        return ClusterApplication.FAILED;
      }
      if (found.isPresent()) {
        ClusterApplication.State state = found.get();
        if (!state.words().equals(last)) {
          last = state.words();
          say(err, last);
        }
        if (state.code().isPresent()) {
          return end(application, err, state.code().get());
        }
        if (!hinted && application.hint().isPresent()) {
          hinted = true;
          say(err, application.hint().get());
        }
        stuck = state.isStuck() ? stuck + 1 : 0;
        if (stuck >= patience.times()) {
          say(
              err,
              "it cannot start, and jobs/submit no longer waits for it; end it and correct what it says");
          return ClusterApplication.FAILED;
        }
      }
      Thread.sleep(patience.millis());
    }
  }

  /**
   * Asks once.
   *
   * @param last whether this was the last chance to answer
   */
  private static Optional<ClusterApplication.State> ask(
      ClusterApplication application, boolean last) throws IOException {
    try {
      return application.state();
    } catch (Trouble e) {
      throw e;
    } catch (IOException e) {
      if (last) {
        throw e;
      }
      return Optional.empty();
    }
  }

  private static int end(ClusterApplication application, PrintWriter err, int code) {
    if (code != 0) {
      application.log().ifPresent(log -> say(err, "its last lines:\n" + log.stripTrailing()));
    }
    return code;
  }

  private static void say(PrintWriter err, String words) {
    err.println(words);
    err.flush();
  }
}
