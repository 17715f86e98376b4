package org.tributary.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Executors that ended themselves are told from those that were taken away, with the messages of
 * all cluster managers.
 */
class LostExecutorTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Command exited with code 1                                             | true",
        "Command exited with code 52                                            | true",
        "Command exited with code 134                                           | true",
        "Command exited with code 139                                           | true",
        "Command exited with code 137                                           | false",
        "Command exited with code 143                                           | false",
        "Command exited with code 56                                            | false",
        "Worker shutting down                                                   | false",
        "worker lost: 10.0.0.7:7078                                             | false",
        "Executor heartbeat timed out after 130053 ms                           | false",
        "Remote RPC client disassociated. Likely due to containers exceeding    | false",
        "Container from a bad node: c_1 on host: n1. Exit status: 137. Diagnos. | false",
        "Container marked as failed: c_1 on host: n1. Exit status: 134. Diagn.  | true",
        "Container c_1 on host: n1 was preempted. Exit status: -102.            | false",
        "Container killed by YARN for exceeding physical memory limits          | false",
        "The executor with id 3 exited with exit code 137(SIGKILL, possible     | false",
        "The executor with id 3 exited with exit code 1(unexpected).            | true",
      })
  void byTheirReason(String reason, boolean own) {
    assertThat(LostExecutor.of(reason, true).byItsTask()).isEqualTo(own);
    assertThat(LostExecutor.of(reason, false).byItsTask()).isFalse();
  }
}
