package org.tributary.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.Logger;
import org.junit.jupiter.api.Test;

/** How Spark's warnings about executors on YARN that ended before they worked are reported. */
class YarnExecutorsTest {
  private static final Logger SPARK = LogManager.getLogger(YarnExecutors.SPARKS);

  private static final String BROKEN =
      """
      Container from a bad node: container_1_0001_01_000002 on host: 127.0.0.1. Exit status: 1. Diagnostics: [2026-11-27 07:20:01.100]Exception from container-launch.
      Container id: container_1_0001_01_000002
      Exit code: 1
      [2026-11-27 07:20:01.102]Container exited with a non-zero exit code 1. Error file: prelaunch.err.
      Last 4096 bytes of prelaunch.err :
      Last 4096 bytes of stderr :
      Error occurred during initialization of VM
      Could not find agent library nosuch on the library path


      [2026-11-27 07:20:01.104]Container exited with a non-zero exit code 1. Error file: prelaunch.err.
      """;

  private static void ended(int executor, String reason) {
    SPARK.warn("Requesting driver to remove executor " + executor + " for reason " + reason);
  }

  @Test
  void threeThatEndedByThemselvesAreEnough() {
    try (YarnExecutors executors = new YarnExecutors()) {
      ended(1, BROKEN);
      ended(2, "Container container_1 on host: h was preempted.");
      ended(3, "Container from a bad node: c on host: h. Exit status: -100. Diagnostics: lost.");
      ended(4, BROKEN);
      assertThat(executors.fault()).isEmpty();
      ended(5, "Container killed by YARN for exceeding physical memory limits. 1 GB of 1 GB used");
      assertThat(executors.fault())
          .contains(
              new FirstExecutor.Fault(
                  "3 executors have ended, such as executor 1 (exit status 1: Error occurred during"
                      + " initialization of VM)",
                  FirstExecutor.Hope.NONE));
    }
  }

  @Test
  void onlyOneWaitListens() {
    try (YarnExecutors executors = new YarnExecutors()) {
      executors.close();
      for (int i = 0; i < 5; i++) {
        ended(i, BROKEN);
      }
      assertThat(executors.fault()).isEmpty();
    }
  }

  @Test
  void causes() {
    assertThat(YarnExecutors.own("Container from a bad node: c. Exit status: 143. Diagnostics: x"))
        .contains("exit status 143");
    assertThat(
            YarnExecutors.own("Container killed by YARN for exceeding physical memory limits. x"))
        .contains("Container killed by YARN for exceeding physical memory limits");
    assertThat(YarnExecutors.own("Executor for container c exited because of a YARN event"))
        .isEmpty();
  }
}
