package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.fixture.ProjectHome;
import org.tributary.fixture.Slow;

/** A libtorch that fails to load, such as one for CUDA on a machine without the driver. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
@Slow
class BrokenLibtorchTest {
  @TempDir Path dir;

  @Test
  void theDriverNeedsNoneButItsOwnAndNoClientIsBlamed() throws Exception {
    Path broken = Files.createDirectories(dir.resolve("broken"));
    for (String name : new String[] {"libc10.so", "libtorch.so", "libtorch_cpu.so"}) {
      Files.writeString(broken.resolve(name), "no library");
    }
    Map<String, String> environment =
        Map.of(
            "PYTORCH_LIBRARY_PATH",
            broken.toString(),
            "PYTORCH_VERSION",
            "2.7.1",
            "PYTORCH_FLAVOR",
            "cu128",
            "DJL_CACHE_DIR",
            dir.resolve("djl").toString());
    Path home = ProjectHome.built(dir.resolve("home"));
    Tiny tiny = new Tiny(dir, 5, 8);
    Files.writeString(dir.resolve("t.yaml"), tiny.yaml("a", "fedavg"));
    String[] masters = {"local[1]", "local-cluster[1,1,1024]"};
    for (String master : masters) {
      Submission submission =
          Submission.of(home, dir, environment, master, "train", "t.yaml", "--set", "rounds=1");
      assertThat(submission.code()).as(submission.err()).isEqualTo(1);
      assertThat(submission.err())
          .contains("libtorch in PYTORCH_LIBRARY_PATH=" + broken + " does not load")
          .doesNotContain("\tat ", "is left out", "clients finished");
      assertThat(tiny.out("a").resolve("start.safetensors"))
          .as("written by a driver whose libtorch is its own")
          .satisfies(start -> assertThat(Files.exists(start)).isEqualTo(master.equals(masters[1])));
    }
  }
}
