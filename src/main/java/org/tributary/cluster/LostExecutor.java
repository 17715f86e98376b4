package org.tributary.cluster;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.ExecutorLostFailure;

/**
 * An executor that ended with a task in it. If the JVM ended itself, by a call, a crash of native
 * code or a fatal error, a task is the reason. If it was killed from outside, for memory, by
 * preemption or with its node, no task is. Without an exit code no client counts as failed.
 *
 * @param reason the cluster's reason, reported by Spark
 * @param byItsTask whether the JVM ended itself
 */
public record LostExecutor(String reason, boolean byItsTask) {
  /** The exit code in messages of Spark's standalone workers, YARN and Kubernetes. */
  private static final Pattern CODE =
      Pattern.compile(
          "(?:exit(?:ed)?[ _]?(?:with )?(?:code|status)|exitstatus):?\\s*(-?[0-9]+)",
          Pattern.CASE_INSENSITIVE);

  private static final int SIGNALS = 128;

  /** Signals that the JVM or native code raises itself: ILL, TRAP, ABRT, BUS, FPE, SEGV. */
  private static final List<Integer> CRASHES = List.of(4, 5, 6, 7, 8, 11);

  /** Spark's own codes for a disk store that fails and heartbeats without an answer. */
  private static final List<Integer> SPARKS = List.of(53, 54, 55, 56, 57);

  /**
   * Reads the end of a task.
   *
   * @param lost Spark's reason
   * @return the executor
   */
  public static LostExecutor of(ExecutorLostFailure lost) {
    String reason = lost.reason().isDefined() ? lost.reason().get() : "unknown";
    return of(reason, lost.exitCausedByApp());
  }

  /** Reads Spark's message. */
  static LostExecutor of(String reason, boolean causedByApplication) {
    String line = reason.lines().findFirst().orElse(reason).strip();
    Matcher code = CODE.matcher(reason);
    return new LostExecutor(
        line, causedByApplication && code.find() && isOwn(Integer.parseInt(code.group(1))));
  }

  private static boolean isOwn(int code) {
    if (code < 0 || SPARKS.contains(code)) {
      return false; // YARN's own codes are negative: aborted, preempted, too much memory
    }
    return code <= SIGNALS || CRASHES.contains(code - SIGNALS);
  }
}
