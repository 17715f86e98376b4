package org.tributary.job;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tributary.federation.Tiny;
import org.tributary.fixture.JobRun;
import org.tributary.fixture.Slow;
import org.tributary.rows.ParquetReading;
import org.tributary.rows.ParquetRows;
import org.tributary.rows.Row;
import org.tributary.run.RunFolder;
import org.tributary.tables.TablesFolder;
import org.tributary.tracking.Events;
import org.tributary.tracking.MlflowDouble;

/** What trackers get of the jobs {@code train} and {@code compare}. */
@Slow
class TrackersTest extends TinyJob {
  private static List<Row> rows(Path run, String table) throws IOException {
    RunFolder folder = new RunFolder(Tiny.STORE.path(run.toString()));
    List<Row> rows = new ArrayList<>();
    for (org.apache.hadoop.fs.Path file :
        TablesFolder.of(Tiny.STORE, folder).files(Tiny.STORE, table)) {
      try (ParquetReading reading = ParquetRows.read(Tiny.STORE, file)) {
        reading.forEachRemaining(rows::add);
      }
    }
    return rows;
  }

  /** The files of a folder with the times at which they were written. */
  private static Map<String, FileTime> files(Path folder) throws IOException {
    Map<String, FileTime> files = new TreeMap<>();
    try (Stream<Path> all = Files.list(folder)) {
      for (Path file : all.toList()) {
        files.put(file.getFileName().toString(), Files.getLastModifiedTime(file));
      }
    }
    return files;
  }

  private static TreeMap<Long, Float> column(Path run, String table, String part, String column)
      throws IOException {
    TreeMap<Long, Float> values = new TreeMap<>();
    for (Row row : rows(run, table)) {
      if (row.isNull("client") && (part == null || row.text("part").equals(part))) {
        values.put(row.longAt("round"), (float) row.doubleAt(column));
      }
    }
    return values;
  }

  @Test
  void eventFilesHaveTheNumbersOfTheTables() throws IOException {
    Path file = dir.resolve("a.yaml");
    Files.writeString(file, tiny.yaml("a", "fedavg"));
    Path out = tiny.out("a");
    JobRun.done("train", file.toString(), "--set", "evaluate.start=true");
    assertThat(out.resolve("tensorboard")).doesNotExist();
    String[] tracked = {
      "train", file.toString(), "--set", "evaluate.start=true", "--set", "trackers.tensorboard=true"
    };
    JobRun.done(tracked);
    Events events = Events.in(out.resolve("tensorboard"));
    TreeMap<Long, Float> accuracy = column(out, "evals", "test", "accuracy");
    assertThat(accuracy).containsOnlyKeys(0L, 1L, 2L, 3L);
    assertThat(events.scalars().get("test/accuracy")).isEqualTo(accuracy);
    assertThat(events.scalars().get("test/loss")).isEqualTo(column(out, "evals", "test", "loss"));
    assertThat(events.scalars().get("train/loss")).isEqualTo(column(out, "rounds", null, "loss"));
    assertThat(events.scalars().get("bytes/down"))
        .isEqualTo(column(out, "rounds", null, "bytes_down"));
    // Cosine over 6 steps after 2 of warm-up: the last steps of the rounds are 2, 4 and 6.
    assertThat(events.scalars().get("train/lr").get(1L)).isEqualTo(0.01f);
    assertThat(events.scalars().get("train/lr").get(2L))
        .isEqualTo((float) (0.005 * (1 + Math.cos(Math.PI / 4))));
    assertThat(events.texts().get("config")).contains("tensorboard: false", "cosine");
    Map<String, FileTime> before = files(out.resolve("tensorboard"));
    JobRun.done(tracked);
    assertThat(files(out.resolve("tensorboard"))).isEqualTo(before).hasSize(4);
  }

  @Test
  void everyRunOfAComparisonHasItsOwn() throws IOException {
    Path train = dir.resolve("train.yaml");
    Path file = dir.resolve("compare.yaml");
    Path out = dir.resolve("both");
    Files.writeString(train, tiny.yaml("common", "fedavg").replace("rounds: 3", "rounds: 1"));
    Files.writeString(
        file,
        "out: %s\ntrain: %s\nvariants: {a: [], b: [client.optimizer.lr=2.0e-2]}\n"
            .formatted(out, train));
    JobRun.done("compare", file.toString());
    assertThat(out.resolve("a/seed=0/tensorboard")).doesNotExist();
    try (MlflowDouble server = new MlflowDouble()) {
      String mlflow = "trackers.mlflow={url: %s, experiment: both}".formatted(server.url());
      String[] tracked = {
        "compare", file.toString(), "--set", "trackers.tensorboard=true", "--set", mlflow
      };
      JobRun.done(tracked);
      JobRun.done(tracked);
      assertThat(server.experiments()).containsExactly("both");
      assertThat(server.runs())
          .extracting(MlflowDouble.Run::name)
          .containsExactly("a/seed=0", "b/seed=0");
      for (MlflowDouble.Run run : server.runs()) {
        Events events = Events.in(out.resolve(run.name()).resolve("tensorboard"));
        float rate = run.name().startsWith("a") ? 0.01f : 0.02f;
        assertThat(events.scalars().get("train/lr").get(1L)).isEqualTo(rate);
        assertThat(run.metric("train/lr").get(1L).floatValue()).isEqualTo(rate);
        assertThat(run.params().get("client.optimizer.lr")).isEqualTo(Float.toString(rate));
        assertThat(run.status()).isEqualTo("FINISHED");
        assertThat(run.metric("test/loss").get(1L).floatValue())
            .isEqualTo(events.scalars().get("test/loss").get(1L));
      }
    }
  }

  /** A new run is refused with nothing on disk; one that has begun goes on without its server. */
  @Test
  void aServerThatDoesNotAnswerRefusesNewRunsOnly() throws IOException {
    Path file = dir.resolve("b.yaml");
    Files.writeString(
        file, tiny.yaml("b", "fedavg").replace("name: cosine, warmup: 2", "name: constant"));
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    String server = "trackers.mlflow.url=http://localhost:" + free;
    JobRun.of("train", file.toString(), "--set", server)
        .assertTold(2, "trackers.mlflow: http://localhost:" + free, "cannot be reached");
    assertThat(tiny.out("b")).doesNotExist();
    JobRun.done("train", file.toString(), "--set", "rounds=1");
    JobRun.done("train", file.toString(), "--set", "rounds=2", "--set", server);
    assertThat(column(tiny.out("b"), "rounds", null, "loss")).containsOnlyKeys(1L, 2L);
  }
}
