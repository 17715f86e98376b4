package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What is reported about a driver on a cluster, and the resulting exit code. */
class FollowApplicationTest {
  private final StringWriter err = new StringWriter();

  /** Gives the answers one after the other; null if the cluster does not answer. */
  private static final class Fake implements ClusterApplication {
    private final Deque<Optional<State>> answers;
    private Optional<State> last = Optional.empty();

    Fake(List<Optional<State>> answers) {
      this.answers = new ArrayDeque<>(answers);
    }

    @Override
    public Optional<State> state() throws IOException {
      Optional<State> answer = answers.isEmpty() ? last : answers.poll();
      if (answer.map(State::words).orElse("").equals("silence")) {
        throw new IOException("nobody is there");
      }
      last = answer;
      return answer;
    }

    @Override
    public Optional<String> hint() {
      return last.map(state -> "see there");
    }

    @Override
    public Optional<String> log() {
      return Optional.of("t.yaml: rounds: expected a number\n");
    }

    @Override
    public void close() {}
  }

  private int follow(List<Optional<ClusterApplication.State>> answers) throws Exception {
    return FollowApplication.toItsEnd(
        new Fake(answers), new PrintWriter(err, true), new FollowApplication.Patience(0, 3));
  }

  private static Optional<ClusterApplication.State> is(String words) {
    return Optional.of(ClusterApplication.State.of(words));
  }

  private static Optional<ClusterApplication.State> ended(String words, int code) {
    return Optional.of(ClusterApplication.State.ended(words, code));
  }

  @Test
  void everyChangeIsToldOnceAndTheDriversCodeIsTaken() throws Exception {
    int code =
        follow(
            List.of(
                Optional.empty(),
                is("a is ACCEPTED"),
                is("a is ACCEPTED"),
                is("silence"),
                is("silence"),
                is("a is RUNNING"),
                is("silence"),
                ended("a has FAILED", 2)));
    assertThat(code).isEqualTo(2);
    assertThat(err.toString().lines())
        .containsExactly(
            "a is ACCEPTED",
            "see there",
            "a is RUNNING",
            "a has FAILED",
            "its last lines:",
            "t.yaml: rounds: expected a number");
  }

  @Test
  void success() throws Exception {
    assertThat(follow(List.of(ended("a has SUCCEEDED", 0)))).isZero();
    assertThat(err.toString().lines()).containsExactly("a has SUCCEEDED");
  }

  @Test
  void whatCannotStartIsNotWaitedForForever() throws Exception {
    ClusterApplication.State image = ClusterApplication.State.stuck("a is PENDING (no such image)");
    Optional<ClusterApplication.State> stuck = Optional.of(image);
    assertThat(follow(List.of(stuck, stuck, is("a is RUNNING"), ended("a has SUCCEEDED", 0))))
        .as("somebody pushed the image")
        .isZero();
    assertThat(follow(List.of(stuck))).isEqualTo(1);
    assertThat(err.toString().lines())
        .endsWith(
            "a is PENDING (no such image)",
            "see there",
            "it cannot start, and jobs/submit no longer waits for it; end it and correct what it says");
  }

  @Test
  void aClusterThatNeverKnowsOrAnswersEndsTheWait() throws Exception {
    assertThat(follow(List.of())).isEqualTo(1);
    assertThat(err.toString()).contains("does not know the application");
    assertThatThrownBy(() -> follow(List.of(is("silence"), is("silence"), is("silence"))))
        .isInstanceOf(IOException.class)
        .hasMessage("nobody is there");
  }

  @Test
  void yarnsDiagnosticsHaveWhatTheDriverTold() {
    String why = "t.yaml cannot be used:\n  rounds: expected a number";
    // In the first the application master could report; in the other its container's log does.
    String told = "User class threw exception: " + new DriverFailed(2, why) + "\n";
    String quoted =
        "AM Container for appattempt_1 exited with  exitCode: 13\nLast 4096 bytes of stderr :\n"
            + "ERROR ApplicationMaster: User class threw exception: \n"
            + new DriverFailed(2, why)
            + "\nINFO ApplicationMaster: Final app status: FAILED, exitCode: 13, (reason: User class"
            + " threw exception: "
            + new DriverFailed(2, why)
            + "\n)";
    for (String diagnostics : List.of(told, quoted)) {
      assertThat(YarnApplication.code(diagnostics)).isEqualTo(2);
      assertThat(YarnApplication.brief(diagnostics)).isEqualTo(" (exit code 2)");
      assertThat(YarnApplication.log(diagnostics)).contains(why);
    }
  }

  @Test
  void yarnsOwnWordsAreToldOfADriverThatDidNotLiveToTell() {
    String killed =
        "AM Container for appattempt_1 exited with  exitCode: 137\nLast 4096 bytes of stderr :\n"
            + "last words\n\nFor more detailed output, check the application tracking page";
    assertThat(YarnApplication.code(killed)).isEqualTo(1);
    assertThat(YarnApplication.brief(killed))
        .isEqualTo(": AM Container for appattempt_1 exited with  exitCode: 137");
    assertThat(YarnApplication.log(killed)).contains("last words");
    assertThat(YarnApplication.log("killed by user jane")).isEmpty();
    assertThat(YarnApplication.code("")).isEqualTo(1);
    assertThat(YarnApplication.brief("")).isEmpty();
  }

  private static Pod pod(String phase, ContainerStateBuilder state) {
    return new PodBuilder()
        .withNewMetadata()
        .withName("d")
        .endMetadata()
        .withNewStatus()
        .withPhase(phase)
        .withContainerStatuses(
            state == null
                ? List.of()
                : List.of(new ContainerStatusBuilder().withState(state.build()).build()))
        .endStatus()
        .build();
  }

  private static ContainerStateBuilder exit(int code, String reason) {
    return new ContainerStateBuilder()
        .withNewTerminated()
        .withExitCode(code)
        .withReason(reason)
        .endTerminated();
  }

  @Test
  void aPodsStatusHasTheCodeAndTheCause() {
    ContainerStateBuilder waiting =
        new ContainerStateBuilder()
            .withNewWaiting()
            .withReason("ImagePullBackOff")
            .withMessage("no such image")
            .endWaiting();
    assertThat(KubernetesDriver.of(pod("Pending", waiting)))
        .isEqualTo(
            ClusterApplication.State.stuck("pod d is Pending (ImagePullBackOff: no such image)"));
    assertThat(KubernetesDriver.of(pod("Running", null))).isEqualTo(is("pod d is Running").get());
    assertThat(KubernetesDriver.of(pod("Succeeded", exit(0, "Completed"))))
        .isEqualTo(ended("pod d has succeeded", 0).get());
    assertThat(KubernetesDriver.of(pod("Failed", exit(2, "Error"))))
        .isEqualTo(ended("pod d has failed (exit code 2, Error)", 2).get());
    assertThat(KubernetesDriver.of(pod("Failed", exit(137, "OOMKilled"))).words())
        .isEqualTo("pod d has failed (exit code 137, OOMKilled)");
    Pod evicted = pod("Failed", null);
    evicted.getStatus().setReason("Evicted");
    evicted.getStatus().setMessage("low on memory");
    assertThat(KubernetesDriver.of(evicted))
        .isEqualTo(ended("pod d has failed (Evicted: low on memory)", 1).get());
  }
}
