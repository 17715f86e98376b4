package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.tables.RoundSummary;

/** Files of a partitioned set that are replaced, added or removed after it was partitioned. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@Slow
class ChangedFilesTest {
  private static final String TRAIN = "client=0001/train/part-00000.parquet";
  private static final String TEST = "test/part-00000.parquet";
  private static final String[] ONE = {"rounds=1", "client.schedule.warmup=0"};

  @TempDir Path dir;
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();
  private Tiny tiny;

  @BeforeEach
  void make() throws IOException {
    tiny = new Tiny(dir, 9, 8, 12);
    tiny.seal();
  }

  private Path file(String name) {
    return tiny.data().resolve(name);
  }

  /** Runs an action when a round is closed. */
  private interface Then {
    void run() throws IOException;
  }

  private static Federation.Outcome train(TrainConfig config, int after, Then then)
      throws Exception {
    RoundListener listener =
        new RoundListener() {
          @Override
          public void closed(RoundSummary summary) {
            try {
              if (summary.round() == after) {
                then.run();
              }
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    return new Federation(SPARK.session(), listener).train(config);
  }

  private static Federation.Outcome train(TrainConfig config) throws Exception {
    return train(config, -1, () -> {});
  }

  private static String failure(Federation.Outcome outcome, int round) throws IOException {
    AcceptedUpdates accepted =
        JsonFiles.read(Tiny.STORE, outcome.folder().accepted(round), AcceptedUpdates.class);
    return accepted.failed().get("0001");
  }

  /** Changes after which the file can still be read. */
  private void change(String how) throws IOException {
    switch (how) {
      case "replaced" ->
          Files.copy(
              file("client=0002/train/part-00000.parquet"),
              file(TRAIN),
              StandardCopyOption.REPLACE_EXISTING);
      case "a byte" -> {
        byte[] bytes = Files.readAllBytes(file(TRAIN));
        bytes[40] ^= 1;
        FileTime before = Files.getLastModifiedTime(file(TRAIN));
        Files.write(file(TRAIN), bytes);
        Files.setLastModifiedTime(file(TRAIN), FileTime.fromMillis(before.toMillis() + 1000));
      }
      case "added" -> Files.copy(file(TRAIN), file(TRAIN).resolveSibling("part-00001.parquet"));
      case "notes" -> Files.writeString(file(TRAIN).resolveSibling("notes.txt"), "mine");
      default -> Files.delete(file(TRAIN));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "replaced, ' bytes, manifest.json says '",
    "a byte,   has the SHA-256 ",
    "added,    'client=0001/train holds part-00001.parquet, which manifest.json does not list'",
    "notes,    'client=0001/train holds notes.txt, which manifest.json does not list'",
    "removed,  'part-00000.parquet is missing, manifest.json lists it'",
  })
  void aClientWhoseFilesChangeWhileTheRunGoesOnFails(String how, String reason) throws Exception {
    TrainConfig config = tiny.config("run", "fedavg");
    Federation.Outcome outcome = train(config, 0, () -> change(how));
    assertThat(failure(outcome, 0)).isNull();
    assertThat(failure(outcome, 1)).contains("client=0001/train", reason, "again under another");
    assertThat(failure(outcome, 2)).isEqualTo(failure(outcome, 1));
  }

  @Test
  void aClientWhoseFilesChangeBetweenStopAndResumeFails() throws Exception {
    TrainConfig config = tiny.config("run", "fedavg");
    assertThatThrownBy(
            () ->
                train(
                    config,
                    0,
                    () -> {
                      throw new IOException("stopped");
                    }))
        .hasMessageContaining("stopped");
    change("replaced");
    Federation.Outcome outcome = train(config);
    assertThat(failure(outcome, 0)).isNull();
    assertThat(failure(outcome, 1)).contains("is not the file that was partitioned");
  }

  @Test
  void aFileOfAsManyBytesWithOtherRowsIsNoticed() throws Exception {
    String other = "client=0002/train/part-00000.parquet";
    Files.copy(file(other), file(TRAIN), StandardCopyOption.REPLACE_EXISTING);
    TrainConfig config = tiny.config("run", "fedavg", ONE);
    Federation.Outcome outcome = train(config);
    assertThat(failure(outcome, 0)).contains("is not the file that was partitioned");
    assertThat(Tiny.tensors(outcome.folder().global(0)))
        .isEqualTo(new PlainLoop(config, Set.of("0001")).run().get(0));
  }

  @Test
  void testRowsThatChangeEndTheRunAndItGoesOnWhenTheyAreBack() throws Exception {
    TrainConfig whole = tiny.config("whole", "fedavg");
    Federation.Outcome undisturbed = train(whole);
    TrainConfig config = tiny.config("run", "fedavg");
    byte[] before = Files.readAllBytes(file(TEST));
    // The JVM's cached rows of round 0 are dropped with its loaded run, as when memory is short.
    assertThatThrownBy(
            () ->
                train(
                    config,
                    0,
                    () -> {
                      throw new IOException("stopped");
                    }))
        .hasMessageContaining("stopped");
    Files.write(file(TEST), new byte[70]);
    assertThatThrownBy(() -> train(config))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("files cannot be used")
        .hasMessageContaining("test/part-00000.parquet has 70 bytes, manifest.json says ");
    Files.write(file(TEST), before);
    assertThat(Tiny.tensors(train(config).folder().global(2)))
        .isEqualTo(Tiny.tensors(undisturbed.folder().global(2)));
  }

  @Test
  void testRowsThatChangeWhileClientsTrainEndTheRunWithOneMessage() throws Exception {
    TrainConfig config = tiny.config("run", "fedavg", ONE);
    RoundListener listener =
        new RoundListener() {
          @Override
          public void phase(int round, Phase phase) {
            try {
              if (phase == Phase.STARTED) {
                Files.write(file(TEST), new byte[70]);
              }
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          }
        };
    assertThatThrownBy(() -> new Federation(SPARK.session(), listener).train(config))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("test/part-00000.parquet has 70 bytes, manifest.json says ")
        .hasMessageNotContaining("\n");
  }

  /** The rows of the first round's evaluation are in memory when the file is replaced. */
  @Test
  void testRowsThatChangeBetweenRoundsAreNoticedThoughTheyAreKept() throws Exception {
    TrainConfig config = tiny.config("run", "fedavg");
    assertThatThrownBy(
            () ->
                train(
                    config,
                    0,
                    () -> Files.copy(file(TRAIN), file(TEST), StandardCopyOption.REPLACE_EXISTING)))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("test/part-00000.parquet has ")
        .hasMessageContaining("is not the file that was partitioned");
    assertThat(tiny.out("run").resolve("rounds/round=00000/_SUCCESS")).exists();
    assertThat(tiny.out("run").resolve("rounds/round=00001/_SUCCESS")).doesNotExist();
  }

  @Test
  void aClientThatTheManifestDoesNotListIsRefused() throws Exception {
    Files.createDirectories(file("client=0007/train"));
    Files.copy(file(TRAIN), file("client=0007/train/part-00000.parquet"));
    assertThatThrownBy(() -> train(tiny.config("run", "fedavg", ONE)))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("client=0007 is not in manifest.json; move it away");
    assertThat(tiny.out("run")).doesNotExist();
  }

  @Test
  void aManifestOfAnEarlierReleaseKnowsNoSizes() throws Exception {
    Tiny old = new Tiny(dir.resolve("old"), 9, 8);
    assertThat(Files.readString(old.data().resolve("manifest.json"))).doesNotContain("bytes");
    TrainConfig config = old.config("run", "fedavg", ONE);
    assertThat(failure(train(config), 0)).isNull();
    Files.write(old.data().resolve(TRAIN), new byte[9]);
    assertThat(failure(train(old.config("again", "fedavg", ONE)), 0)).contains("has the SHA-256 ");
  }

  /** As data-partitions/README.md describes it. */
  @Test
  void aFolderThatIsMadeByHandNeedsFewEntries() throws Exception {
    TrainConfig config = tiny.config("run", "fedavg", ONE);
    Files.move(file("client=0001"), file("client=oslo"));
    Files.move(file("client=0000"), file("client=lyon"));
    String manifest =
        """
        {"version": 1,
         "inputs": {"label": "label"},
         "columns": [{"name": "text", "type": "STRING"}, {"name": "label", "type": "STRING"}],
         "labels": ["genetic", "symptoms", "treatment"],
         "clients": {
           "lyon": {"train": {"file": "client=lyon/train/part-00000.parquet", "rows": 9%s}},
           "oslo": {"train": {"file": "client=oslo/train/part-00000.parquet", "rows": 8%s}}},
         "test": {"file": "test/part-00000.parquet", "rows": 60%s}}
        """;
    Files.writeString(file("manifest.json"), manifest.formatted("", "", ""));
    assertThatThrownBy(() -> train(config))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("clients.lyon.train.sha256 is missing; sha256sum prints it")
        .hasMessageContaining("test.sha256 is missing");
    Files.writeString(
        file("manifest.json"),
        manifest.formatted(
            sha256("client=lyon/train"), sha256("client=oslo/train"), sha256("test")));
    assertThatThrownBy(() -> train(config))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("client=0002 is not in manifest.json");
    Files.move(file("client=0002"), dir.resolve("away"));
    Federation.Outcome outcome = train(config);
    assertThat(new PlainLoop(config).run().get(0))
        .isEqualTo(Tiny.tensors(outcome.folder().global(0)));
  }

  private String sha256(String folder) throws IOException {
    org.apache.hadoop.fs.Path path = Tiny.hadoop(file(folder + "/part-00000.parquet"));
    return ", \"sha256\": \"" + Tiny.STORE.sha256(path) + "\"";
  }
}
