package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.error.Trouble;
import org.tributary.federation.Submission;
import org.tributary.federation.Tiny;
import org.tributary.fixture.ProjectHome;
import org.tributary.fixture.Slow;

/** The outcome of a submission to Kubernetes, depending on the answers of the API server. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class KubernetesTest {
  private static final String WAITS =
      "{'phase': 'Pending', 'containerStatuses': [{'name': 'c', 'state': {'waiting':"
          + " {'reason': '%s', 'message': '%s'}}}]}";
  private static final String ENDED =
      "{'phase': '%s', 'containerStatuses': [{'name': 'c', 'state': {'terminated':"
          + " {'exitCode': %d, 'reason': '%s'}}}]}";
  private static final String RUNS = "{'phase': 'Running'}";

  @TempDir Path dir;
  private KubernetesServer server;
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void open() throws IOException {
    server = new KubernetesServer();
  }

  @AfterEach
  void close() {
    server.close();
  }

  private static String json(String status, Object... args) {
    return status.formatted(args).replace('\'', '"');
  }

  private int follow() throws Exception {
    SparkConf conf = new SparkConf(false).set("spark.master", "k8s://" + server.url());
    conf.set("spark.kubernetes.namespace", "lab");
    try (KubernetesDriver driver = KubernetesDriver.of(conf, "tributary-1")) {
      return FollowApplication.toItsEnd(
          driver, new PrintWriter(err, true), new FollowApplication.Patience(1, 3));
    }
  }

  @ParameterizedTest
  @CsvSource({"1, Error", "2, Error", "137, OOMKilled", "127, ContainerCannotRun"})
  void aPodThatFailsHandsItsCodeOn(int code, String reason) throws Exception {
    server.makes("tributary-1", "d");
    server.logs("the disk is full\n");
    server.tells(json(RUNS), json(ENDED, "Failed", code, reason));
    assertThat(follow()).isEqualTo(code);
    assertThat(err.toString().lines())
        .containsExactly(
            "pod d is Running",
            "its log: kubectl -n lab logs -f d; to end it: kubectl -n lab delete pod d",
            "pod d has failed (exit code %d, %s); its log: kubectl -n lab logs d"
                .formatted(code, reason),
            "its last lines:",
            "the disk is full");
  }

  @Test
  void aPodThatIsDeletedHasFailed() throws Exception {
    server.makes("tributary-1", "d");
    server.tells(json(RUNS), "");
    assertThat(follow()).isEqualTo(1);
    assertThat(err.toString()).contains("pod d was deleted from outside");
  }

  @Test
  void aPodThatWaitsSaysForWhat() throws Exception {
    server.makes("tributary-1", "d");
    String full =
        "{'phase': 'Pending', 'conditions': [{'type': 'PodScheduled', 'status': 'False', 'reason':"
            + " 'Unschedulable', 'message': '0/3 nodes are available'}]}";
    server.tells(json(full), json(full), json(full), json(full), json(ENDED, "Succeeded", 0, "x"));
    assertThat(follow()).as("room may come").isZero();
    assertThat(err.toString())
        .contains("pod d is Pending (Unschedulable: 0/3 nodes are available)")
        .contains("pod d has succeeded");
    server.tells(
        json(WAITS, "ErrImagePull", "not found"), json(WAITS, "ImagePullBackOff", "not found"));
    assertThat(follow()).as("an image will not").isEqualTo(1);
    assertThat(err.toString())
        .contains("pod d is Pending (ErrImagePull: not found)")
        .contains("it cannot start, and jobs/submit no longer waits for it");
  }

  @Test
  @Slow
  void aServerThatRefusesIsNotAskedAgainAndOneThatIsAwayIsToldInALine() throws Exception {
    server.refuses("pods is forbidden: User \"jane\" cannot list pods");
    assertThatThrownBy(this::follow)
        .isInstanceOf(Trouble.class)
        .hasMessageContaining("refuses: pods is forbidden: User \"jane\" cannot list pods");
    assertThat(server.requests()).hasSize(1);
    server.close();
    assertThatThrownBy(this::follow)
        .isInstanceOf(IOException.class)
        .hasRootCauseInstanceOf(IOException.class)
        .satisfies(e -> assertThat(Trouble.in(e).orElseThrow()).hasMessageContaining("not answer"));
  }

  @Test
  @Slow
  void theWholeWayFromJobsSubmit() throws Exception {
    Path home = ProjectHome.built(dir.resolve("home"));
    Tiny tiny = new Tiny(dir, 5, 8);
    Files.writeString(dir.resolve("t.yaml"), tiny.yaml("a", "fedavg") + "shared: true\n");
    Files.writeString(
        dir.resolve("c.yaml"),
        """
        out: %s
        train: t.yaml
        seeds: [1]
        variants: {fedavg: []}
        """
            .formatted(dir.resolve("runs/c")));
    server.refuses("pods is forbidden: User \"jane\" cannot create pods");
    Submission refused = submit(home, "train", "t.yaml");
    assertThat(refused.code()).isEqualTo(1);
    assertThat(refused.err().lines()).as(refused.err()).hasSize(1);
    assertThat(refused.err())
        .contains("did not take the application", "User \"jane\" cannot create pods");
    server.refuses(null);
    server.logs("t.yaml cannot be used\n");
    server.tells(json(RUNS), json(ENDED, "Failed", 2, "Error"));
    Submission submission = submit(home, "compare", "c.yaml");
    assertThat(submission.code()).as(submission.err()).isEqualTo(2);
    assertThat(server.pods()).as(submission.err()).hasSize(1);
    ObjectNode pod = server.pods().get(0);
    String name = pod.at("/metadata/name").asText();
    assertThat(submission.err())
        .contains("pod " + name + " is Running")
        .contains("pod " + name + " has failed (exit code 2, Error); its log: kubectl -n default")
        .endsWith("its last lines:\nt.yaml cannot be used\n")
        .doesNotContain("\tat ");
    assertThat(pod.at("/spec/containers/0/args").toString())
        .contains("\"compare\",\"c.yaml\"")
        .doesNotContain(dir.resolve("home").toString());
    try (Stream<Path> sent = Files.walk(dir.resolve("up"))) {
      assertThat(sent.map(f -> f.getFileName().toString())).contains("c.yaml", "t.yaml");
    }
  }

  private Submission submit(Path home, String... args) throws Exception {
    Map<String, String> environment =
        Map.of(
            "TMPDIR",
            dir.toString(),
            "TRIBUTARY_SPARK_OPTIONS",
            "--conf spark.kubernetes.container.image=x --conf spark.kubernetes.file.upload.path="
                + Files.createDirectories(dir.resolve("up")).toUri());
    List<String> all = new ArrayList<>(List.of("k8s://" + server.url()));
    all.addAll(List.of(args));
    return Submission.of(home, dir, environment, all.toArray(String[]::new));
  }
}
