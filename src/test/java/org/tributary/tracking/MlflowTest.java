package org.tributary.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.error.WrongInput;
import org.tributary.fixture.LoggedWarnings;
import org.tributary.json.Json;
import org.tributary.report.MadeRuns;
import org.tributary.run.RunFolder;

/** Runs on an MLflow server: every number once, whatever fails and whoever is stopped. */
class MlflowTest {
  @TempDir Path dir;
  private MlflowDouble server;

  @BeforeEach
  void start() throws IOException {
    server = new MlflowDouble();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private MadeRuns.Run made(double... accuracies) {
    MadeRuns.Run run = new MadeRuns(dir).run("a", "a", 7, 1000);
    for (double accuracy : accuracies) {
      run.round(accuracy, 1 - accuracy, 100);
    }
    return run;
  }

  private Mlflow mlflow(String url, String authorization) {
    MlflowServer there =
        new MlflowServer(url, Optional.ofNullable(authorization), Duration.ofSeconds(5));
    return new Mlflow(MadeRuns.STORE, new MlflowCalls(there, "tickets"), 1, 1);
  }

  private Tracking tracking() throws IOException {
    RunFolder folder = new RunFolder(MadeRuns.STORE.path(dir.resolve("a").toString()));
    return new Tracking(MadeRuns.STORE, folder, List.of(mlflow(server.url(), null)));
  }

  private void follow(Ending ending) throws IOException {
    Tracking tracking = tracking();
    tracking.update();
    tracking.end(ending);
  }

  private MlflowDouble.Run onlyRun() {
    assertThat(server.runs()).hasSize(1);
    return server.runs().get(0);
  }

  @Test
  void aRunHasItsNumbersParametersAndStatus() throws IOException {
    made(0.5, 0.75).write();
    follow(Ending.FINISHED);
    assertThat(server.experiments()).containsExactly("tickets");
    MlflowDouble.Run run = onlyRun();
    assertThat(run.name()).isEqualTo("a");
    assertThat(run.status()).isEqualTo("FINISHED");
    assertThat(run.metric("test/accuracy")).isEqualTo(Map.of(1L, 0.5, 2L, 0.75));
    assertThat(run.metric("train/loss")).isEqualTo(Map.of(1L, 2.0, 2L, 1.0));
    assertThat(run.metrics()).contains("bytes/up", "clients/failed", "seconds/train");
    assertThat(run.params()).containsKey("data.path");
    assertThat(run.tags())
        .containsEntry("tributary.run", "a-0123abcd")
        .containsEntry("mlflow.source.git.commit", "abc")
        .containsEntry("tributary.out", "file:" + dir.resolve("a"));
  }

  @Test
  void aResumedRunGoesOnAndHasEveryRoundOnce() throws IOException {
    made(0.5, 0.6, 0.7).write(5);
    follow(Ending.KILLED);
    assertThat(onlyRun().status()).isEqualTo("KILLED");
    made(0.5, 0.6, 0.7, 0.8, 0.9).write(5);
    follow(Ending.FINISHED);
    assertThat(onlyRun().metric("test/accuracy")).hasSize(5).containsEntry(5L, 0.9);
    assertThat(onlyRun().metrics()).isNotEmpty();
    assertThat(onlyRun().status()).isEqualTo("FINISHED");
    long ended = onlyRun().ended();
    follow(Ending.FINISHED);
    assertThat(onlyRun().metric("test/accuracy")).hasSize(5);
    assertThat(onlyRun().ended()).isEqualTo(ended);
    assertThat(onlyRun().statuses()).containsExactly("RUNNING", "KILLED", "RUNNING", "FINISHED");
  }

  /** The server did the work, but its answer was lost; or it was overloaded for a moment. */
  @ParameterizedTest
  @CsvSource({
    "experiments/create, false",
    "runs/create, false",
    "runs/log-batch, false",
    "runs/update, false",
    "runs/create, true",
    "runs/log-batch, true",
    "metrics/get-history, true"
  })
  void faultsThatPassLeaveNothingTwice(String endpoint, boolean before) throws IOException {
    made(0.5, 0.75).write();
    server.breakNext(endpoint, 2, before);
    try (LoggedWarnings warnings = LoggedWarnings.of(Tracking.class)) {
      follow(Ending.FINISHED);
      assertThat(warnings.heard()).isEmpty();
    }
    assertThat(onlyRun().metric("test/accuracy")).hasSize(2);
    assertThat(onlyRun().metrics()).contains("train/loss");
    assertThat(onlyRun().status()).isEqualTo("FINISHED");
  }

  @Test
  void aServerThatStaysAwayWarnsAndGetsTheRestLater() throws IOException {
    made(0.5, 0.75).write();
    server.breakNext("runs/log-batch", 1000, true);
    try (LoggedWarnings warnings = LoggedWarnings.of(Tracking.class)) {
      Tracking tracking = tracking();
      tracking.update();
      tracking.update();
      tracking.end(Ending.FINISHED);
      assertThat(warnings.heard()).hasSize(2);
      assertThat(warnings.heard().get(0))
          .contains("trackers.mlflow", server.url(), "HTTP 503", "training goes on");
      assertThat(warnings.heard().get(1)).contains("run the same command again");
    }
    server.breakNext("", 0, true);
    follow(Ending.FINISHED);
    assertThat(onlyRun().metric("test/accuracy")).hasSize(2);
  }

  /** Nothing is new when a run begins to go on, and yet it does. */
  @Test
  void aRunThatGoesOnIsRunningBeforeItsNextRound() throws IOException {
    made(0.5).write();
    follow(Ending.FAILED);
    follow(Ending.KILLED);
    assertThat(onlyRun().statuses()).containsExactly("RUNNING", "FAILED", "RUNNING", "KILLED");
  }

  /** Another driver may hold the run's lock, and is not disturbed. */
  @Test
  void aDriverThatDidNotBeginSaysNothing() throws IOException {
    made(0.5).write();
    tracking().end(Ending.FAILED);
    assertThat(server.runs()).isEmpty();
  }

  @Test
  void numbersThatAreNotFiniteArrive() throws IOException {
    made(Double.NaN, 0).write();
    follow(Ending.FINISHED);
    assertThat(onlyRun().metric("test/accuracy").get(1L)).isNaN();
    assertThat(onlyRun().metric("test/accuracy").get(2L)).isZero();
  }

  @Test
  void metricsFitTheLimits() {
    List<ObjectNode> metrics = Collections.nCopies(2001, Json.object());
    assertThat(MlflowBatches.ofMetrics(metrics))
        .extracting(List::size)
        .containsExactly(1000, 1000, 1);
    assertThat(MlflowBatches.ofMetrics(List.of())).isEmpty();
  }

  @Test
  void parametersFitTheLimits() throws IOException {
    Map<String, Object> section = new TreeMap<>();
    for (int i = 0; i < 120; i++) {
      section.put("k" + i, "ä".repeat(5999) + "😀".repeat(10));
    }
    String config =
        Json.text(
            Map.of("a", section, "list", List.of("x", 1), "by", Map.of("odd name:", 1), "no", ""));
    made(0.5).write();
    Path file = dir.resolve("a/config.yaml");
    Files.writeString(file, "run: {name: a-0123abcd}\nconfig: %s\n".formatted(config));
    follow(Ending.FINISHED);
    Map<String, String> params = onlyRun().params();
    assertThat(params).hasSize(123);
    assertThat(params.get("a.k7")).isEqualTo("ä".repeat(5999));
    assertThat(params)
        .containsEntry("list", "[\"x\",1]")
        .containsEntry("by", "{\"odd name:\":1}")
        .containsEntry("no", "");
    assertThat(onlyRun().metric("test/accuracy")).hasSize(1);
  }

  @Test
  void earlyReleasesGetShorterValues() throws IOException {
    server.takesValuesUpTo(250);
    made(0.5).write();
    Path file = dir.resolve("a/config.yaml");
    Files.writeString(
        file, "run: {name: a-0123abcd}\nconfig: {text: %s, b: 1}\n".formatted("x".repeat(300)));
    follow(Ending.FINISHED);
    assertThat(onlyRun().params()).containsEntry("text", "x".repeat(250)).containsEntry("b", "1");
    assertThat(onlyRun().status()).isEqualTo("FINISHED");
  }

  private static String refused(Mlflow mlflow) {
    try {
      mlflow.check();
    } catch (WrongInput e) {
      assertThat(e.getMessage())
          .startsWith("trackers.mlflow: ")
          .endsWith("or remove trackers.mlflow to train without it")
          .hasLineCount(1);
      return e.getMessage();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
    return "";
  }

  @Test
  void credentialsThatAreRefusedAreSaidButNotShown() {
    server.require("Bearer right");
    assertThat(refused(mlflow(server.url(), null)))
        .contains("refuses the request without credentials", "MLFLOW_TRACKING_TOKEN");
    assertThat(refused(mlflow(server.url(), "Bearer wrong")))
        .contains("refuses the credentials (HTTP 401)", "MLFLOW_TRACKING_USERNAME")
        .doesNotContain("wrong");
    assertThat(refused(mlflow(server.url() + "/", "Bearer right"))).isEmpty();
    assertThat(server.experiments()).as("a check changes nothing").isEmpty();
  }

  @Test
  void whatIsNoServerIsRefused() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    assertThat(refused(mlflow("http://localhost:" + free, null))).contains("cannot be reached");
    assertThat(refused(mlflow("http://nohost.invalid", null))).contains("cannot be reached");
    HttpServer other =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    other.createContext(
        "/page",
        exchange -> {
          byte[] page = "<html>".getBytes();
          exchange.sendResponseHeaders(200, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    other.createContext(
        "/moved",
        exchange -> {
          exchange.getResponseHeaders().add("Location", "https://elsewhere.example");
          exchange.sendResponseHeaders(302, -1);
          exchange.close();
        });
    other.createContext(
        "/forbidden",
        exchange -> {
          exchange.sendResponseHeaders(403, -1);
          exchange.close();
        });
    other.start();
    try {
      String url = "http://localhost:" + other.getAddress().getPort();
      assertThat(refused(mlflow(url + "/page", null))).contains("does not answer as an MLflow");
      assertThat(refused(mlflow(url + "/none", null))).contains("HTTP 404", "check the URL");
      assertThat(refused(mlflow(url + "/forbidden", null))).contains("--allowed-hosts");
      assertThat(refused(mlflow(url + "/moved", null)))
          .contains("redirects to https://elsewhere.example");
    } finally {
      other.stop(0);
    }
    server.delete("tickets");
    assertThat(refused(mlflow(server.url(), null))).contains("is deleted", "restore it");
  }

  @Test
  void credentialsComeFromMlflowsVariables() {
    Map<String, String> set = new TreeMap<>();
    assertThat(MlflowCredentials.header(set::get)).isEmpty();
    set.put("MLFLOW_TRACKING_TOKEN", "abc\n");
    assertThat(MlflowCredentials.header(set::get)).contains("Bearer abc");
    set.put("MLFLOW_TRACKING_USERNAME", "u");
    assertThatThrownBy(() -> MlflowCredentials.header(set::get))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("set both");
    set.put("MLFLOW_TRACKING_PASSWORD", "p");
    assertThat(MlflowCredentials.header(set::get)).contains("Basic dTpw");
    Map<String, String> odd = Map.of("MLFLOW_TRACKING_TOKEN", "secret\nX: y");
    assertThatThrownBy(() -> MlflowCredentials.header(odd::get))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("MLFLOW_TRACKING_TOKEN")
        .hasMessageNotContaining("secret");
  }
}
