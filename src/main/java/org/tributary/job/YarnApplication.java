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
  /** How a node manager quotes the end of a container's stderr. */
  private static final Pattern STDERR =
      Pattern.compile("Last \\d+ bytes of stderr :\\n(.*?)(?:\\n\\n|$)", Pattern.DOTALL);

  private final YarnClient client = YarnClient.createYarnClient();
  private final String tag;
  private ApplicationReport report;

  /**
   * Connects to the resource manager.
   *
   * @param hadoop has its address
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
    String why = diagnostics(report);
    return State.ended(
        "%s has %s%s; its log: yarn logs -applicationId %1$s"
            .formatted(name, report.getFinalApplicationStatus(), brief(why)),
        code(why));
  }

  private static String diagnostics(ApplicationReport report) {
    return report.getDiagnostics() == null ? "" : report.getDiagnostics().strip();
  }

  /** The driver's exit code; otherwise the first line, which has the reason. */
  static String brief(String diagnostics) {
    return DriverFailed.Told.in(diagnostics)
        .map(told -> " (exit code %d)".formatted(told.code()))
        .orElseGet(
            () -> diagnostics.isEmpty() ? "" : ": " + diagnostics.lines().findFirst().orElse(""));
  }

  /** The driver's exit code, if the driver could report it. */
  static int code(String diagnostics) {
    return DriverFailed.Told.in(diagnostics).map(DriverFailed.Told::code).orElse(FAILED);
  }

  /** The driver's message; otherwise the part of a container's stderr that YARN reports. */
  static Optional<String> log(String diagnostics) {
    Matcher stderr = STDERR.matcher(diagnostics);
    return DriverFailed.Told.in(diagnostics)
        .map(DriverFailed.Told::why)
        .or(() -> stderr.find() ? Optional.of(stderr.group(1).strip()) : Optional.empty())
        .filter(text -> !text.isEmpty());
  }

  @Override
  public Optional<String> log() {
    return Optional.ofNullable(report).flatMap(r -> log(diagnostics(r)));
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
