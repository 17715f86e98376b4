package org.tributary.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.fixture.LoggedWarnings;
import org.tributary.report.MadeRuns;
import org.tributary.run.RunFolder;

/** The event files of runs that are followed, stopped and resumed. */
class TensorBoardTest {
  @TempDir Path dir;

  private MadeRuns.Run made() {
    return new MadeRuns(dir).run("a", "a", 7, 1000);
  }

  private Tracking tracking() throws IOException {
    RunFolder folder = new RunFolder(MadeRuns.STORE.path(dir.resolve("a").toString()));
    Tracker tracker = new TensorBoard(MadeRuns.STORE, folder.tensorboard());
    return new Tracking(MadeRuns.STORE, folder, List.of(tracker));
  }

  /** A driver that finds all rounds closed, and ends. */
  private static void ended(Tracking tracking, Ending ending) {
    tracking.update();
    tracking.end(ending);
  }

  private Path events() {
    return dir.resolve("a/tensorboard");
  }

  private Map<String, String> files() throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(events())) {
      for (Path file : all.toList()) {
        files.put(file.getFileName().toString(), Arrays.toString(Files.readAllBytes(file)));
      }
    }
    return files;
  }

  @Test
  void everyRoundIsThereOnceWithTheNumbersOfTheTables() throws IOException {
    made().round(0.5, 2, 100).round(0.75, 1, 100).write();
    ended(tracking(), Ending.FINISHED);
    Events events = Events.in(events());
    assertThat(events.scalars().get("test/accuracy")).isEqualTo(Map.of(1L, 0.5f, 2L, 0.75f));
    assertThat(events.scalars().get("test/loss")).isEqualTo(Map.of(1L, 2f, 2L, 1f));
    assertThat(events.scalars().get("train/loss")).isEqualTo(Map.of(1L, 2f, 2L, 1f));
    assertThat(events.scalars().get("bytes/up")).isEqualTo(Map.of(1L, 1000f, 2L, 1000f));
    assertThat(events.scalars().get("clients/accepted")).isEqualTo(Map.of(1L, 1f, 2L, 1f));
    assertThat(events.texts().get("config")).contains("```yaml", "path: ");
  }

  /** Rounds that a killed driver closed without its tracker, and a file that it left behind. */
  @Test
  void aResumedRunHasTheFilesOfAnUninterruptedOne() throws IOException {
    made().round(0.5, 2, 100).write();
    ended(tracking(), Ending.KILLED);
    Map<String, String> before = files();
    Files.writeString(events().resolve(".events.out.tfevents.round-00002.1.tmp"), "half");
    made().round(0.5, 2, 100).round(0.75, 1, 100).round(0.8, 1, 100).write(3);
    Tracking resumed = tracking();
    resumed.update();
    resumed.end(Ending.FINISHED);
    Map<String, String> after = files();
    assertThat(after).containsAllEntriesOf(before).hasSize(4);
    assertThat(Events.in(events()).scalars().get("test/accuracy")).hasSize(3);
    Files.delete(events().resolve(TensorBoard.file(2)));
    ended(tracking(), Ending.FINISHED);
    assertThat(files()).isEqualTo(after);
  }

  @Test
  void aTrackerThatFailsWarnsOnceAndAtTheEnd() throws IOException {
    made().round(0.5, 2, 100).round(0.75, 1, 100).write();
    Files.writeString(events(), "no folder");
    try (LoggedWarnings warnings = LoggedWarnings.of(Tracking.class)) {
      Tracking tracking = tracking();
      tracking.update();
      tracking.end(Ending.FINISHED);
      assertThat(warnings.heard()).hasSize(2);
      assertThat(warnings.heard().get(0))
          .startsWith("trackers.tensorboard: file:" + events())
          .contains("training goes on");
      assertThat(warnings.heard().get(1)).contains("run the same command again");
    }
    Files.delete(events());
    ended(tracking(), Ending.FINISHED);
    assertThat(files()).hasSize(3);
  }
}
