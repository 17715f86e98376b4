package org.tributary.job;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.FinalApplicationStatus;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.YarnException;

/** An application on YARN, found by its tag. */
final class YarnApplication implements ClusterApplication {
  private static final Pattern STATUS = Pattern.compile("exited with status (\\d+)");

  private final YarnClient client = YarnClient.createYarnClient();
  private final String tag;
  private ApplicationReport report;

  /**
   * Connects to the resource manager.
   *
   * @param hadoop names it
   * @param tag that only this application has
   */
  YarnApplication(Configuration hadoop, String tag) {
    this.tag = tag;
    client.init(new YarnConfiguration(hadoop));
    client.start();
  }

  @Override
  public Optional<State> state() throws IOException {
    try {
      if (report == null) {
        List<ApplicationReport> found = client.getApplications(null, null, Set.of(tag));
        report = found.isEmpty() ? null : found.get(0);
      } else {
        report = client.getApplicationReport(report.getApplicationId());
      }
    } catch (YarnException e) {
      throw new IOException(e);
    }
    return Optional.ofNullable(report).map(YarnApplication::state);
  }

  private static State state(ApplicationReport report) {
    YarnApplicationState state = report.getYarnApplicationState();
    String name = report.getApplicationId().toString();
    if (!Set.of(
            YarnApplicationState.FINISHED, YarnApplicationState.FAILED, YarnApplicationState.KILLED)
        .contains(state)) {
      return State.of(name + " is " + state);
    }
    if (report.getFinalApplicationStatus() == FinalApplicationStatus.SUCCEEDED) {
      return State.ended(name + " has SUCCEEDED", 0);
    }
    String why = report.getDiagnostics() == null ? "" : report.getDiagnostics().strip();
    return State.ended(
        "%s has %s%s".formatted(name, report.getFinalApplicationStatus(), brief(why)), code(why));
  }

  /** The first line says what happened; behind it may stand a trace. */
  private static String brief(String why) {
    return why.isEmpty() ? "" : ": " + why.lines().findFirst().orElse("");
  }

  /** The driver's exit code, which YARN tells in words alone. */
  static int code(String diagnostics) {
    Matcher status = STATUS.matcher(diagnostics);
    return status.find() ? Integer.parseInt(status.group(1)) : FAILED;
  }

  @Override
  public Optional<String> hint() {
    return Optional.ofNullable(report)
        .map(
            r ->
                "see %s; its log: yarn logs -applicationId %2$s; to end it: yarn application -kill %2$s"
                    .formatted(r.getTrackingUrl(), r.getApplicationId()));
  }

  @Override
  public void close() {
    client.stop();
  }
}
