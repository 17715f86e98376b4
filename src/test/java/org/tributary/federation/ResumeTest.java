package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;

/** Which settings may change when a run resumes, and which may not. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@Slow
class ResumeTest {
  @TempDir static Path dir;
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();
  private static Tiny tiny;

  @BeforeAll
  static void open() throws Exception {
    tiny = new Tiny(dir, 11, 7);
  }

  private static Federation.Outcome train(TrainConfig config) throws Exception {
    return new Federation(SPARK.session(), RoundListener.NONE).train(config);
  }

  private static TrainConfig config(String name, String... more) {
    String[] sets = new String[more.length + 2];
    sets[0] = "client.schedule.name=constant";
    sets[1] = "client.keepOptimizer=true";
    System.arraycopy(more, 0, sets, 2, more.length);
    return tiny.config(name, "fedavg", sets);
  }

  @Test
  void frozenKeysAreRefusedWithTheDifference() throws Exception {
    train(config("frozen", "rounds=1"));
    Path out = tiny.out("frozen");
    FolderSnapshot before = FolderSnapshot.of(out);
    assertThatThrownBy(
            () ->
                train(config("frozen", "rounds=2", "client.optimizer.lr=1.0e-3", "client.batch=5")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("out: ")
        .hasMessageContaining("is another run's; name another folder, or set back:")
        .hasMessageContaining("client.optimizer.lr: was 0.01, now 0.001")
        .hasMessageContaining("client.batch: was 4, now 5");
    assertThatThrownBy(() -> train(tiny.config("frozen", "fedavg", "rounds=2")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("client.schedule.name: was constant, now cosine")
        .hasMessageContaining("rounds: was 1, now 2");
    assertThat(FolderSnapshot.of(out)).isEqualTo(before);
  }

  @Test
  void moreRoundsGiveWhatThatManyGiveFromTheStart() throws Exception {
    train(config("more", "rounds=1"));
    FolderSnapshot before = FolderSnapshot.of(tiny.out("more"));
    train(config("more", "rounds=3", "evaluate.shard=7", "keep.updates=1"));
    FolderSnapshot after = FolderSnapshot.of(tiny.out("more"));
    train(config("whole", "rounds=3"));

    for (String file :
        new String[] {"rounds/round=00002/global.safetensors", "model/model.safetensors"}) {
      assertThat(Files.readAllBytes(tiny.out("more").resolve(file)))
          .as(file)
          .isEqualTo(Files.readAllBytes(tiny.out("whole").resolve(file)));
    }
    before
        .files()
        .keySet()
        .removeIf(
            name ->
                name.startsWith("model/")
                    || name.startsWith("tables/runs/")
                    || name.equals("result.json"));
    before.assertNothingOverwrittenBy(after);
    assertThat(after.files().keySet()).noneMatch(name -> name.contains("round=00001/updates"));
  }

  @Test
  void fewerRoundsThanHaveBegunAreRefused() throws Exception {
    train(config("fewer", "rounds=2"));
    FolderSnapshot before = FolderSnapshot.of(tiny.out("fewer"));
    assertThatThrownBy(() -> train(config("fewer", "rounds=1")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("rounds: is 1, but round 2 has begun already; ask for more rounds");
    assertThat(FolderSnapshot.of(tiny.out("fewer"))).isEqualTo(before);
  }

  @Test
  void aFinishedRunIsLeftAsItIs() throws Exception {
    train(config("done", "rounds=2"));
    FolderSnapshot before = FolderSnapshot.of(tiny.out("done"));
    assertThat(train(config("done", "rounds=2")).results()).hasSize(1);
    assertThat(FolderSnapshot.of(tiny.out("done"))).isEqualTo(before);
  }

  @Test
  void changedPartitionsAreRefused() throws Exception {
    Tiny other = new Tiny(dir.resolve("changed"), 6, 5);
    TrainConfig config =
        other.config("run", "fedavg", "rounds=1", "client.schedule={name: constant, warmup: 0}");
    train(config);
    FolderSnapshot before = FolderSnapshot.of(Path.of(config.out()));
    Path manifest = dir.resolve("changed/data/manifest.json");
    Files.writeString(manifest, Files.readString(manifest) + "\n");
    assertThatThrownBy(() -> train(config))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("data.path: the files at ")
        .hasMessageContaining("have changed since");
    assertThat(FolderSnapshot.of(Path.of(config.out()))).isEqualTo(before);
  }
}
