package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FileStatus;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.config.EffectiveConfig;
import org.tributary.config.TrainConfig;
import org.tributary.federation.ClientListener.Moment;
import org.tributary.federation.DriverProcess.Death;
import org.tributary.federation.RoundListener.Phase;
import org.tributary.fixture.Slow;
import org.tributary.protocol.HostTensor;
import org.tributary.run.RunFolder;

/** Drivers die at any point, and the next driver resumes. Two at once do not disturb each other. */
@Slow
class DriverKillTest {
  private static final int SECONDS = 90; // less than the lease of a lock that is left behind
  private static final List<String> CLIENTS = List.of("0000", "0001", "0002");
  @TempDir Path dir;

  private Path yaml(TrainConfig config) throws IOException {
    return Files.writeString(dir.resolve("train.yaml"), EffectiveConfig.yaml(config));
  }

  private static void await(Disturbance disturbance, Moment moment, String client, int round)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
    while (disturbance.count(moment, client, round, moment == Moment.STEP ? 1 : 2) == 0) {
      assertThat(System.nanoTime()).as("%s of %s in time", moment, client).isLessThan(end);
      Thread.sleep(100);
    }
  }

  @Test
  @Timeout(value = 400, unit = TimeUnit.SECONDS)
  void aRunIsTheSameWhereverItsDriversDie() throws Exception {
    Tiny tiny = new Tiny(dir, 11, 30, 7);
    Disturbance disturbance = Disturbance.in(dir.resolve("disturbance"));
    TrainConfig config =
        tiny.config("killed", "fedavg", "client.keepOptimizer=true", "lock.lease=150");
    Path yaml = yaml(config);
    Path out = Path.of(config.out());

    kill(yaml, disturbance, new Death(0, Phase.STARTED), out);
    disturbance.killOnce(Moment.STEP, "0001", 0);
    DriverProcess training = DriverProcess.start(yaml, disturbance, null);
    assertThat(training.exitCode(SECONDS)).as(training.said()).isEqualTo(1);
    assertThat(disturbance.isDone()).isTrue();
    kill(yaml, disturbance, new Death(0, Phase.TRAINED), out);
    kill(yaml, disturbance, new Death(0, Phase.ACCEPTED), out);
    terminateWhileTraining(yaml, disturbance, out);
    kill(yaml, disturbance, new Death(1, Phase.MERGED), out);
    kill(yaml, disturbance, new Death(1, Phase.EVALUATED), out);
    kill(yaml, disturbance, new Death(2, Phase.TABLED), out);
    kill(yaml, disturbance, new Death(2, Phase.CLOSED), out);
    finish(yaml, disturbance, out);

    RunFolder folder = new RunFolder(Tiny.STORE.path(config.out()));
    List<Map<String, HostTensor>> expected = new PlainLoop(config).run();
    assertThat(expected).as("rounds that change something").doesNotHaveDuplicates();
    for (int round = 0; round < config.rounds(); round++) {
      assertThat(Tiny.tensors(folder.global(round))).isEqualTo(expected.get(round));
      assertThat(JsonFiles.read(Tiny.STORE, folder.accepted(round), AcceptedUpdates.class).failed())
          .isEmpty();
      for (String client : CLIENTS) {
        assertThat(disturbance.startedAfterCommit(client, round))
            .as("%s trained again in round %d", client, round)
            .isFalse();
      }
    }
    assertThat(Tiny.tensors(new org.apache.hadoop.fs.Path(folder.model(), "model.safetensors")))
        .containsAllEntriesOf(expected.get(2));
  }

  /** A low-rank, a base-changing and a stateful method; the test above kills a linear one. */
  @ParameterizedTest
  @CsvSource({
    "rolora, true, client.clip=1",
    "flora, true, client.clip=1",
    "fedavg, false, framework.local={name: scaffold}"
  })
  @Timeout(value = 200, unit = TimeUnit.SECONDS)
  void aMethodsRunIsTheSameWhereverItsDriversDie(String framework, boolean lora, String set)
      throws Exception {
    Tiny tiny = new Tiny(dir, 11, 7, 9);
    Disturbance disturbance = Disturbance.in(dir.resolve("disturbance"));
    TrainConfig config = tiny.config("method", framework, FederationTest.sets(lora, set));
    Path yaml = yaml(config);
    Path out = Path.of(config.out());
    kill(yaml, disturbance, new Death(1, Phase.TRAINED), out);
    kill(yaml, disturbance, new Death(1, Phase.MERGED), out);
    finish(yaml, disturbance, out);
    RunFolder folder = new RunFolder(Tiny.STORE.path(config.out()));
    List<Map<String, HostTensor>> expected = new PlainLoop(config).run();
    for (int round = 0; round < config.rounds(); round++) {
      assertThat(Tiny.global(config, folder, round)).isEqualTo(expected.get(round));
    }
  }

  private static void kill(Path yaml, Disturbance disturbance, Death death, Path out)
      throws IOException, InterruptedException {
    FolderSnapshot before = FolderSnapshot.of(out);
    DriverProcess driver = DriverProcess.start(yaml, disturbance, death);
    assertThat(driver.exitCode(SECONDS)).as(driver.said()).isEqualTo(DriverProcess.KILLED);
    before.assertNothingOverwrittenBy(FolderSnapshot.of(out));
  }

  /** Spark is stopped in an orderly way during the round, as a cluster manager does it. */
  private static void terminateWhileTraining(Path yaml, Disturbance disturbance, Path out)
      throws IOException, InterruptedException {
    disturbance.hold(Moment.STEP, "0001", 1);
    FolderSnapshot before = FolderSnapshot.of(out);
    DriverProcess driver = DriverProcess.start(yaml, disturbance, null);
    await(disturbance, Moment.STEP, "0001", 1);
    await(disturbance, Moment.COMMITTED, "0000", 1);
    await(disturbance, Moment.COMMITTED, "0002", 1);
    driver.process().destroy();
    assertThat(driver.exitCode(SECONDS)).as(driver.said()).isNotZero();
    disturbance.letGo(Moment.STEP, "0001", 1);
    FolderSnapshot after = FolderSnapshot.of(out);
    before.assertNothingOverwrittenBy(after);
    assertThat(after.files()).doesNotContainKey("rounds/round=00001/accepted.json");
  }

  private static void finish(Path yaml, Disturbance disturbance, Path out)
      throws IOException, InterruptedException {
    FolderSnapshot before = FolderSnapshot.of(out);
    DriverProcess driver = DriverProcess.start(yaml, disturbance, null);
    assertThat(driver.exitCode(SECONDS)).as(driver.said()).isZero();
    FolderSnapshot after = FolderSnapshot.of(out);
    before.assertNothingOverwrittenBy(after);
    before.files().keySet().removeIf(name -> name.contains("/state/")); // replaced by later ones
    assertThat(after.files()).containsAllEntriesOf(before.files());
  }

  @Test
  @Timeout(value = 200, unit = TimeUnit.SECONDS)
  void aSecondDriverIsRefusedWhileTheFirstIsAtWork() throws Exception {
    Tiny tiny = new Tiny(dir, 11, 7);
    Disturbance disturbance = Disturbance.in(dir.resolve("disturbance"));
    TrainConfig config =
        tiny.config("two", "fedavg", "rounds=1", "client.schedule.warmup=0", "lock.lease=6");
    RunFolder folder = new RunFolder(Tiny.STORE.path(config.out()));
    disturbance.hold(Moment.STEP, "0001", 0);
    DriverProcess first = DriverProcess.start(yaml(config), disturbance, null);
    await(disturbance, Moment.STEP, "0001", 0);
    await(disturbance, Moment.COMMITTED, "0000", 0);
    FolderSnapshot before = FolderSnapshot.of(Path.of(config.out()));

    DriverProcess second = DriverProcess.start(yaml(config), disturbance, null);
    assertThat(second.exitCode(SECONDS)).as(second.said()).isEqualTo(2);
    assertThat(second.said())
        .contains("is in use by application " + holder(folder).application())
        .contains("process " + first.process().pid());
    assertThat(FolderSnapshot.of(Path.of(config.out()))).isEqualTo(before);

    disturbance.letGo(Moment.STEP, "0001", 0);
    assertThat(first.exitCode(SECONDS)).as(first.said()).isZero();
    assertThat(Tiny.tensors(folder.global(0))).isEqualTo(new PlainLoop(config).run().get(0));
    assertThat(disturbance.starts("0000", 0)).isEqualTo(1);
    assertThat(disturbance.starts("0001", 0)).isEqualTo(1);
  }

  private static RunLock.Holder holder(RunFolder folder) throws IOException {
    for (FileStatus file : Tiny.STORE.list(folder.lock())) {
      if (file.getPath().getName().endsWith(".json")) {
        return JsonFiles.read(Tiny.STORE, file.getPath(), RunLock.Holder.class);
      }
    }
    throw new AssertionError("no holder in " + folder.lock());
  }
}
