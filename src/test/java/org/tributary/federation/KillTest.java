package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.federation.ClientListener.Moment.STEP;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.config.TrainConfig;
import org.tributary.error.Trouble;
import org.tributary.fixture.Slow;

/** Clients that kill their JVM on every attempt. The other clients continue; the quorum decides. */
@Timeout(value = 150, unit = TimeUnit.SECONDS)
@Slow
class KillTest {
  @TempDir static Path dir;
  private static Disturbance disturbance;
  private static SparkSession spark;
  private static Tiny tiny;

  @BeforeAll
  static void open() throws Exception {
    disturbance = Disturbance.in(dir.resolve("disturbance"));
    spark = LocalCluster.open(disturbance, 1);
    tiny = new Tiny(dir, 11, 30, 7, 9);
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  @BeforeEach
  void clear() throws Exception {
    disturbance.clear();
  }

  private static Federation.Outcome train(TrainConfig config) throws Exception {
    return new Federation(spark, new OverwriteWatch(Path.of(config.out()))).train(config);
  }

  private static AcceptedUpdates accepted(Federation.Outcome outcome, int round)
      throws IOException {
    return JsonFiles.read(Tiny.STORE, outcome.folder().accepted(round), AcceptedUpdates.class);
  }

  @Test
  void aClientThatAlwaysKillsItsJvmIsLeftOut() throws Exception {
    disturbance.kill(STEP, "0002", Disturbance.EVERY);
    try {
      TrainConfig config = tiny.config("always", "fedavg", "rounds=2", "cohort.minClients=3");
      Federation.Outcome outcome = train(config);
      var expected = new PlainLoop(config, Set.of("0002")).run();
      for (int round = 0; round < config.rounds(); round++) {
        assertThat(Tiny.tensors(outcome.folder().global(round))).isEqualTo(expected.get(round));
        AcceptedUpdates accepted = accepted(outcome, round);
        assertThat(accepted.clients())
            .extracting(AcceptedUpdates.Choice::client)
            .doesNotContain("0002");
        assertThat(accepted.failed()).containsOnlyKeys("0002");
        assertThat(accepted.failed().get("0002")).contains("its task failed whenever it was tried");
        for (String client : List.of("0000", "0001", "0003")) {
          assertThat(disturbance.starts(client, round)).isEqualTo(1);
        }
      }
      List<Row> rows =
          spark
              .read()
              .parquet(outcome.folder().tables() + "/clients")
              .where("status = 'failed'")
              .select("round", "client", "reason")
              .orderBy("round")
              .collectAsList();
      assertThat(rows).hasSize(2);
      assertThat(rows).extracting(row -> row.getString(1)).containsOnly("0002");
      assertThat(rows.get(1).getString(2)).isEqualTo(accepted(outcome, 1).failed().get("0002"));
    } finally {
      disturbance.heal(STEP, "0002", Disturbance.EVERY);
    }
  }

  @Test
  void withoutAQuorumTheRunEndsAndGoesOnLater() throws Exception {
    TrainConfig config = tiny.config("quorum", "fedavg", "rounds=2", "cohort.minClients=4");
    disturbance.kill(STEP, "0001", 0);
    assertThatThrownBy(() -> train(config))
        .isInstanceOf(QuorumMissed.class)
        .hasMessageContaining("round 1: 3 of 4 clients finished")
        .hasMessageContaining("client 0001: its task failed whenever it was tried");
    disturbance.heal(STEP, "0001", 0);
    FolderSnapshot before = FolderSnapshot.of(Path.of(config.out()));
    assertThat(before.files().keySet()).noneMatch(name -> name.endsWith("accepted.json"));
    Federation.Outcome outcome = train(config);
    before.assertNothingOverwrittenBy(FolderSnapshot.of(Path.of(config.out())));
    assertThat(Tiny.tensors(outcome.folder().global(1)))
        .isEqualTo(new PlainLoop(config).run().get(1));
    for (String client : List.of("0000", "0002", "0003")) {
      assertThat(disturbance.starts(client, 0)).isEqualTo(1);
    }
  }

  @Test
  void executorsThatAreKilledFromOutsideAreNoClientsFault() throws Exception {
    TrainConfig config = tiny.config("killed", "fedavg", "rounds=1");
    disturbance.killFromOutside(STEP, "0001", 0);
    assertThatThrownBy(() -> train(config))
        .isInstanceOf(Trouble.class)
        .hasMessageContaining("round 1: client 0001 was tried alone, and its executor was lost")
        .hasMessageContaining("137");
    disturbance.letLive(STEP, "0001", 0);
    FolderSnapshot before = FolderSnapshot.of(Path.of(config.out()));
    assertThat(before.files().keySet()).noneMatch(name -> name.endsWith("accepted.json"));
    Federation.Outcome outcome = train(config);
    assertThat(accepted(outcome, 0).failed()).isEmpty();
    assertThat(Tiny.tensors(outcome.folder().global(0)))
        .isEqualTo(new PlainLoop(config).run().get(0));
  }

  @Test
  void executorsThatEveryClientEndsAreAtFault() throws Exception {
    TrainConfig config = tiny.config("broken", "fedavg", "rounds=1");
    List<String> all = List.of("0000", "0001", "0002", "0003");
    for (String client : all) {
      disturbance.kill(STEP, client, 0);
    }
    assertThatThrownBy(() -> train(config))
        .isInstanceOf(Trouble.class)
        .hasMessageStartingWith(
            "round 1: 3 clients in a row ended their executors, each alone, and no client has"
                + " finished: the executors are the cause, so no client is left out: ")
        .hasMessageContaining("Command exited with code 1")
        .hasMessageEndingWith("; fix it and run the same command again")
        .hasMessageNotContaining("\n");
    for (String client : all) {
      disturbance.heal(STEP, client, 0);
    }
    FolderSnapshot before = FolderSnapshot.of(Path.of(config.out()));
    assertThat(before.files().keySet()).noneMatch(name -> name.endsWith("accepted.json"));
    Federation.Outcome outcome = train(config);
    assertThat(accepted(outcome, 0).failed()).isEmpty();
    assertThat(Tiny.tensors(outcome.folder().global(0)))
        .isEqualTo(new PlainLoop(config).run().get(0));
  }
}
