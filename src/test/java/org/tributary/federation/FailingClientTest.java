package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.JsonFiles;
import org.tributary.config.TrainConfig;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;

/**
 * Clients that fail for their own reasons are left out and the reason is reported. The other
 * clients continue.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@Slow
class FailingClientTest {
  /** A learning rate with which the second step of any client gives a loss that is not a number. */
  private static final String[] DIVERGING = {
    "client.steps=null",
    "client.epochs=1",
    "client.optimizer.name=sgd",
    "client.optimizer.lr=1.0e18",
    "client.schedule.name=constant",
    "client.schedule.warmup=0",
    "rounds=1"
  };

  @TempDir Path dir;
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  private static Federation.Outcome train(TrainConfig config) throws Exception {
    return new Federation(SPARK.session(), new OverwriteWatch(Path.of(config.out()))).train(config);
  }

  private static AcceptedUpdates accepted(Federation.Outcome outcome) throws Exception {
    return JsonFiles.read(Tiny.STORE, outcome.folder().accepted(0), AcceptedUpdates.class);
  }

  @Test
  void aLossThatIsNoNumber() throws Exception {
    Tiny tiny = new Tiny(dir, 4, 12, 3);
    TrainConfig config = tiny.config("nan", "fedavg", DIVERGING);
    Federation.Outcome outcome = train(config);
    assertThat(accepted(outcome).failed()).containsOnlyKeys("0001");
    assertThat(accepted(outcome).failed().get("0001"))
        .contains(
            "the loss is NaN at step 2 of round 1; in another out, lower client.optimizer.lr");
    assertThat(Tiny.tensors(outcome.folder().global(0)))
        .isEqualTo(new PlainLoop(config, Set.of("0001")).run().get(0));
  }

  /** It would diverge again, so a run that resumes trains nothing and says so. */
  @Test
  void whoDivergedIsNotTriedAgain() throws Exception {
    Tiny tiny = new Tiny(dir, 4, 12, 3);
    TrainConfig all = tiny.config("nan", "fedavg", with("cohort.minClients=3"));
    String[] first = new String[1];
    assertThatThrownBy(() -> train(all))
        .isInstanceOf(QuorumMissed.class)
        .satisfies(e -> first[0] = e.getMessage())
        .hasMessageContaining("2 of 3 clients finished")
        .hasMessageContaining("the loss is NaN at step 2 of round 1")
        .hasMessageContaining("They would fail again in this run: train with other settings");
    Set<Path> files = files(Path.of(all.out()));
    assertThatThrownBy(() -> train(all)).isInstanceOf(QuorumMissed.class).hasMessage(first[0]);
    assertThat(files(Path.of(all.out()))).as("nothing was trained again").isEqualTo(files);

    TrainConfig two = tiny.config("nan", "fedavg", with("cohort.minClients=2"));
    Federation.Outcome outcome = train(two);
    assertThat(accepted(outcome).failed()).containsOnlyKeys("0001");
    assertThat(Tiny.tensors(outcome.folder().global(0)))
        .isEqualTo(new PlainLoop(two, Set.of("0001")).run().get(0));
  }

  /** The failure of an earlier version does not say whether the client diverged. */
  @Test
  void whoDivergedInAnEarlierVersionIsTriedOnce() throws Exception {
    TrainConfig all = new Tiny(dir, 4, 12).config("nan", "fedavg", with("cohort.minClients=2"));
    assertThatThrownBy(() -> train(all)).isInstanceOf(QuorumMissed.class);
    Path failure =
        files(Path.of(all.out())).stream()
            .filter(file -> file.toString().endsWith(".failed.json"))
            .findFirst()
            .orElseThrow();
    String text = Files.readString(failure);
    String earlier = text.replaceFirst(",\\s*\"diverged\" : true", "");
    assertThat(earlier).isNotEqualTo(text);
    Files.writeString(failure, earlier);
    assertThatThrownBy(() -> train(all)).isInstanceOf(QuorumMissed.class);
    Set<Path> files = files(Path.of(all.out()));
    assertThat(files).filteredOn(file -> file.toString().endsWith(".failed.json")).hasSize(2);
    assertThatThrownBy(() -> train(all)).isInstanceOf(QuorumMissed.class);
    assertThat(files(Path.of(all.out()))).isEqualTo(files);
  }

  private static String[] with(String set) {
    return Stream.concat(Stream.of(DIVERGING), Stream.of(set)).toArray(String[]::new);
  }

  private static Set<Path> files(Path folder) throws IOException {
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> !file.toString().contains("/lock/"))
          .collect(Collectors.toSet());
    }
  }

  @Test
  void aFileThatIsAnotherOne() throws Exception {
    Tiny tiny = new Tiny(dir, 9, 8, 12);
    tiny.relabel("0001", 8, "symptoms");
    TrainConfig all = tiny.config("label", "fedavg", "cohort.minClients=3");
    assertThatThrownBy(() -> train(all))
        .isInstanceOf(QuorumMissed.class)
        .hasMessageContaining("2 of 3 clients finished")
        .hasMessageContaining("client 0001: ")
        .hasMessageContaining("it is not the file that was partitioned");

    TrainConfig two = tiny.config("label", "fedavg", "cohort.minClients=2", "rounds=3");
    Federation.Outcome outcome = train(two);
    assertThat(accepted(outcome).failed()).containsOnlyKeys("0001");
    assertThat(Tiny.tensors(outcome.folder().global(2)))
        .isEqualTo(new PlainLoop(two, Set.of("0001")).run().get(2));
  }

  @Test
  void whoFailedIsTriedAgainByTheSameApplication() throws Exception {
    Tiny tiny = new Tiny(dir, 9, 8);
    Path file = tiny.data().resolve("client=0001/train/part-00000.parquet");
    byte[] bytes = Files.readAllBytes(file);
    Files.write(file, new byte[9]);
    TrainConfig config = tiny.config("again", "fedavg", "cohort.minClients=2");
    assertThatThrownBy(() -> train(config)).isInstanceOf(QuorumMissed.class);
    Files.write(file, bytes);
    Federation.Outcome outcome = train(config);
    assertThat(accepted(outcome).failed()).isEmpty();
    assertThat(Tiny.tensors(outcome.folder().global(2)))
        .isEqualTo(new PlainLoop(config).run().get(2));
  }
}
