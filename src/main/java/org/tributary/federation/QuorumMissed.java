package org.tributary.federation;

import java.util.Map;
import org.apache.hadoop.fs.Path;

/**
 * Too few clients finished a round. The run can be resumed later: the failed clients are tried
 * again, except those whose training diverged or whose update is of no use.
 */
public final class QuorumMissed extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int failed;

  QuorumMissed(Path run, int round, int finished, int cohort, int quorum, Reasons reasons) {
    super(
        "%s, round %d: %d of %d clients finished, cohort.minClients asks for %d. %s. "
                .formatted(run, round + 1, finished, cohort, quorum, told(reasons.texts()))
            + (reasons.mayEndOtherwise()
                ? "Run again to try the others again, or lower cohort.minClients"
                : "They would fail again in this run: train with other settings in another out, or lower cohort.minClients"));
    failed = cohort - finished;
  }

  /**
   * Why clients did not finish.
   *
   * @param texts by client
   * @param mayEndOtherwise whether one of them may finish when it is tried again
   */
  record Reasons(Map<String, String> texts, boolean mayEndOtherwise) {}

  /**
   * The clients of the round that did not finish.
   *
   * @return how many
   */
  public int failed() {
    return failed;
  }

  private static String told(Map<String, String> reasons) {
    StringBuilder text = new StringBuilder();
    reasons.forEach(
        (client, reason) ->
            text.append(text.isEmpty() ? "" : "; ")
                .append("client ")
                .append(client)
                .append(": ")
                .append(reason));
    return text.toString();
  }
}
