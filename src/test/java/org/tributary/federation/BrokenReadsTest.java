package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.BreakingStore;
import org.tributary.checkpoint.FakeObjectStore;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.config.TrainConfig;
import org.tributary.error.Trouble;
import org.tributary.error.WrongInput;
import org.tributary.fixture.Slow;
import org.tributary.protocol.HostTensor;
import org.tributary.run.RunFolder;

/** Any read of a run may break off midway or return bytes other than those that were written. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Slow
class BrokenReadsTest {
  private static final String BUCKET = "s3a://reads/";

  @TempDir static Path dir;
  private static Path store;
  private static SparkSession spark;
  private static Tiny tiny;

  @BeforeAll
  static void open() throws Exception {
    store = Files.createDirectories(dir.resolve("store"));
    spark =
        FakeObjectStore.set(SparkSession.builder(), BreakingStore.class, store)
            .master("local[2]")
            .appName("test")
            .getOrCreate();
    tiny = new Tiny(store, 6, 9);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @AfterEach
  void heal() {
    BreakingStore.heal();
  }

  private static TrainConfig config(String name, String... more) {
    Stream<String> ours =
        Stream.of(
            "out=" + BUCKET + name,
            "model.path=" + BUCKET + store.relativize(tiny.model()),
            "data.path=" + BUCKET + store.relativize(tiny.data()),
            "reduce.driverLimit=1",
            "client.keepOptimizer=true",
            "rounds=2");
    String[] sets = Stream.of(Stream.of(more), ours).flatMap(s -> s).toArray(String[]::new);
    return tiny.config(name, "fedavg", sets);
  }

  private static RunFolder train(TrainConfig config) throws Exception {
    return train(config, RoundListener.NONE);
  }

  private static RunFolder train(TrainConfig config, RoundListener listener) throws Exception {
    new Federation(spark, listener).train(config);
    String name = config.out().substring(BUCKET.length());
    return new RunFolder(Tiny.hadoop(store.resolve(name)));
  }

  /** Runs an action in a phase of a round. */
  private static RoundListener at(int at, RoundListener.Phase when, Runnable what) {
    return new RoundListener() {
      @Override
      public void phase(int round, Phase phase) {
        if (round == at && phase == when) {
          what.run();
        }
      }
    };
  }

  @Test
  void aRunWhoseReadsBreakOffHasTheSameBits() throws Exception {
    RunFolder calm = train(config("calm"));
    BreakingStore.breakEvery(5);
    RunFolder broken = train(config("broken", "store.patience=30"));
    assertThat(BreakingStore.reads()).isGreaterThan(500);
    assertThat(JsonFiles.read(Tiny.STORE, broken.accepted(0), AcceptedUpdates.class).failed())
        .isEmpty();
    for (int round = 0; round < 2; round++) {
      assertThat(Tiny.tensors(broken.global(round))).isEqualTo(Tiny.tensors(calm.global(round)));
    }
  }

  @Test
  void readsThatBreakOffToTheEndAreNoClientsFault() throws Exception {
    TrainConfig config = config("away", "store.patience=1");
    RoundListener breaking = at(0, RoundListener.Phase.STARTED, () -> BreakingStore.breakEvery(1));
    Throwable thrown = catchThrowable(() -> train(config, breaking));
    BreakingStore.heal();
    assertThat(Trouble.in(thrown)).as("%s", thrown).isPresent();
    assertThat(Trouble.in(thrown).get()).hasMessageContaining(BUCKET);
    assertThat(
            JsonFiles.read(Tiny.STORE, train(config).accepted(0), AcceptedUpdates.class).failed())
        .isEmpty();
  }

  @Test
  void anUpdateThatIsNotWhatWasAcceptedIsRefusedAndMayBeTrainedAgain() throws Exception {
    Map<String, HostTensor> expected = Tiny.tensors(train(config("calm")).global(1));
    TrainConfig config = config("other");
    RoundListener stopping =
        at(
            1,
            RoundListener.Phase.ACCEPTED,
            () -> {
              throw new IllegalStateException("stopped");
            });
    assertThatThrownBy(() -> train(config, stopping)).hasMessage("stopped");
    Path round = store.resolve("other/rounds/round=00001");
    Path update;
    try (Stream<Path> updates = Files.list(round.resolve("updates"))) {
      update = updates.sorted().findFirst().orElseThrow();
    }
    byte[] bytes = Files.readAllBytes(update);
    bytes[bytes.length - 1] ^= 1;
    Path changed = Files.write(dir.resolve("changed"), bytes);
    Files.move(changed, update, StandardCopyOption.REPLACE_EXISTING);
    assertThatThrownBy(() -> train(config))
        .isInstanceOf(WrongInput.class)
        .hasMessage(
            "%sother/rounds/round=00001/updates/%s is not what was accepted (its SHA-256 differs); restore it from a backup, or delete %sother/rounds/round=00001: then round 2 is trained again"
                .formatted(BUCKET, update.getFileName(), BUCKET));
    FileUtils.deleteDirectory(round.toFile());
    assertThat(Tiny.tensors(train(config).global(1))).isEqualTo(expected);
  }

  @Test
  void aRecordThatIsDamagedIsRefused() throws Exception {
    TrainConfig config = config("damaged");
    train(config);
    Path round = store.resolve("damaged/rounds/round=00001");
    Files.delete(round.resolve("_SUCCESS"));
    Files.writeString(round.resolve("accepted.json"), "{\"round\": 1, \"clients\": [");
    assertThatThrownBy(() -> train(config))
        .isInstanceOf(WrongInput.class)
        .hasMessageStartingWith(BUCKET + "damaged/rounds/round=00001/accepted.json is damaged (")
        .hasMessageEndingWith("; restore it from a backup, or start again in another folder")
        .hasMessageNotContaining("\n");
  }
}
