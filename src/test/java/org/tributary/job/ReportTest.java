package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.fixture.JobRun;
import org.tributary.fixture.LoggedWarnings;
import org.tributary.report.MadeRuns;

/** The job {@code report}, and the report that train and compare keep up to date. */
class ReportTest {
  @TempDir Path dir;
  private Path run;

  @BeforeEach
  void makeRun() throws IOException {
    run = dir.resolve("runs/a");
    made().round(0.4, 2, 100).write(1);
  }

  private MadeRuns.Run made() {
    return new MadeRuns(dir.resolve("runs")).run("a", "a", 7, 1000);
  }

  private JobRun report(Object... paths) {
    String[] args = new String[paths.length + 1];
    args[0] = "report";
    for (int i = 0; i < paths.length; i++) {
      args[i + 1] = paths[i].toString();
    }
    return JobRun.of(args);
  }

  @Test
  void theReportOfARunIsInItsFolder() throws IOException {
    JobRun done = report(run);
    assertThat(done.code()).as(done.err()).isZero();
    assertThat(done.out()).isEqualTo("report: file:%s/report.html\n".formatted(run));
    assertThat(Files.readString(run.resolve("report.html")))
        .startsWith("<!doctype html>")
        .endsWith("</html>\n")
        .contains("a reaches a test accuracy of 0.400");
  }

  /** Equal tables give equal bytes, and a file that is already up to date is not written again. */
  @Test
  void aReportIsReplacedOnlyIfItChanges() throws IOException {
    Path file = run.resolve("report.html");
    report(run);
    byte[] first = Files.readAllBytes(file);
    Object key = Files.readAttributes(file, "unix:ino").get("ino");
    report(run);
    assertThat(Files.readAllBytes(file)).isEqualTo(first);
    assertThat(Files.readAttributes(file, "unix:ino").get("ino")).isEqualTo(key);
    made().round(0.4, 2, 100).round(0.9, 2, 100).write(2);
    report(run);
    assertThat(Files.readString(file)).contains("a reaches a test accuracy of 0.900");
  }

  @Test
  void severalRunsAndFoldersOfRunsHaveOneReport() throws IOException {
    new MadeRuns(dir.resolve("runs")).run("b", "b", 7, 10).round(0.9, 2, 100).write(1);
    Path file = dir.resolve("both.html");
    assertThat(report(run, dir.resolve("runs/b"), "--out", file).code()).isZero();
    assertThat(Files.readString(file)).contains("b has the highest test accuracy: 0.900");
    assertThat(report(dir.resolve("runs")).code()).isZero();
    assertThat(Files.readString(dir.resolve("runs/report.html")))
        .contains("b has the highest test accuracy: 0.900");
  }

  @Test
  void severalPathsNeedAFile() {
    report(run, run).assertTold(2, "--out is missing");
  }

  @Test
  void aFileThatIsNoReportIsNotReplaced() throws IOException {
    Path notes = Files.writeString(dir.resolve("notes.txt"), "mine");
    report(run, "--out", notes).assertTold(2, "notes.txt", ".html");
    assertThat(notes).hasContent("mine");
    Path folder = Files.createDirectories(dir.resolve("x.html"));
    report(run, "--out", folder).assertTold(2, "is a folder");
  }

  @Test
  void whatIsNoRunIsRefused() throws IOException {
    report(dir.resolve("none")).assertTold(2, "none does not exist");
    Path empty = Files.createDirectories(dir.resolve("empty"));
    report(empty).assertTold(2, "is no run");
    assertThat(empty).isEmptyDirectory();
    Path begun = Files.createDirectories(dir.resolve("begun"));
    Files.writeString(begun.resolve("config.yaml"), "run: {name: x}\n");
    report(begun).assertTold(2, "no run has begun its first round");
  }

  @Test
  void aReportThatCannotBeWrittenOnlyWarns() throws IOException {
    Files.createDirectories(run.resolve("report.html/full"));
    LiveReport live = LiveReport.of(MadeRuns.STORE, MadeRuns.STORE.path(run.toString()));
    Files.delete(dir.resolve("runs/a/config.yaml"));
    try (LoggedWarnings warnings = LoggedWarnings.of(LiveReport.class)) {
      live.closed(null);
      assertThat(warnings.heard()).hasSize(1);
      assertThat(warnings.heard().get(0)).contains("report.html is not written").contains("no run");
    }
  }

  /**
   * While rounds are running, a report that takes two seconds is written every 42 seconds. A quick
   * one is written every round.
   */
  @Test
  void reportsDoNotSlowRoundsDown() throws IOException {
    long second = 1_000_000_000;
    AtomicLong now = new AtomicLong();
    AtomicLong look = new AtomicLong(second / 2); // how much later each look at the clock is
    LiveReport live =
        new LiveReport(
            MadeRuns.STORE, MadeRuns.STORE.path(run.toString()), () -> now.getAndAdd(look.get()));
    Path file = run.resolve("report.html");
    for (int round = 1; round <= 3; round++) {
      live.closed(null);
      assertThat(file).exists();
      Files.delete(file);
    }
    look.set(2 * second);
    live.closed(null);
    assertThat(file).exists();
    Files.delete(file);
    live.closed(null);
    assertThat(file).doesNotExist();
    now.addAndGet(40 * second);
    live.closed(null);
    assertThat(file).exists();
  }
}
