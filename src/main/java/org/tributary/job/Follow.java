package org.tributary.job;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Follows an application whose driver runs on a cluster to its end, and ends with the driver's exit
 * code. For jobs/submit, which calls it after spark-submit: that one waits for YARN and Kubernetes,
 * too, but tells the user nothing and does not hand on the driver's code.
 */
@Command(
    name = "follow",
    hidden = true,
    description = "Tells where a driver on a cluster stands, and ends with its exit code.")
public final class Follow implements Callable<Integer> {
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
            : new YarnApplication(Sessions.hadoop(), submission)) {
      return toItsEnd(application, err, new Patience(TimeUnit.SECONDS.toMillis(1), 60));
    }
  }

  /**
   * How long to wait.
   *
   * @param millis between two questions
   * @param times how often in a row a cluster may not answer, or not know the application
   */
  record Patience(long millis, int times) {}

  /** Tells every change of state, and how to follow the application and end it. */
  static int toItsEnd(ClusterApplication application, PrintWriter err, Patience patience)
      throws IOException, InterruptedException {
    String last = "";
    boolean hinted = false;
    int silent = 0;
    while (true) {
      Optional<ClusterApplication.State> state = Optional.empty();
      try {
        state = application.state();
        silent = state.isPresent() ? 0 : silent + 1;
      } catch (IOException e) {
        silent++;
        if (silent >= patience.times()) {
          throw e;
        }
      }
      if (silent >= patience.times()) {
        say(err, "The cluster does not know the application; look for it there");
        return ClusterApplication.FAILED;
      }
      if (state.isPresent() && !state.get().words().equals(last)) {
        last = state.get().words();
        say(err, last);
      }
      if (!hinted && application.hint().isPresent()) {
        hinted = true;
        say(err, application.hint().get());
      }
      Optional<Integer> code = state.flatMap(ClusterApplication.State::code);
      if (code.isPresent()) {
        if (code.get() != 0) {
          application.log().ifPresent(log -> say(err, "its last lines:\n" + log.stripTrailing()));
        }
        return code.get();
      }
      Thread.sleep(patience.millis());
    }
  }

  private static void say(PrintWriter err, String words) {
    err.println(words);
    err.flush();
  }
}
