package org.tributary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.tributary.fixture.TestJson.JSON;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.tributary.model.Precision;
import org.tributary.torch.Torch;

/** Runs in bfloat16 compared with the float32 losses of the golden folder. */
class PrecisionGoldenTest {
  private static final double PERCENT = 2;

  /** Runs without GaLore, whose bases come from float32 gradients. */
  @TestFactory
  Stream<DynamicTest> lossesStayWithinTwoPercentOfFloat32() throws IOException {
    List<Path> runs = new ArrayList<>();
    try (Stream<Path> folders = Files.list(Path.of(System.getProperty("golden"), "optim"))) {
      for (Path folder : folders.sorted().toList()) {
        Path file = folder.resolve("golden.json");
        JsonNode golden = Files.exists(file) ? JSON.readTree(file.toFile()) : JSON.nullNode();
        if (golden.has("losses") && !golden.at("/hyper").has("sign_rule")) {
          runs.add(folder);
        }
      }
    }
    assertThat(runs).isNotEmpty();
    return runs.stream()
        .map(run -> DynamicTest.dynamicTest(run.getFileName().toString(), () -> check(run)));
  }

  private static void check(Path folder) throws IOException {
    JsonNode golden = JSON.readTree(folder.resolve("golden.json").toFile());
    Torch.prepareThread(1);
    AtomicInteger steps = new AtomicInteger();
    try (GoldenRun run = new GoldenRun(folder, golden.get("hyper"), Precision.BFLOAT16);
        NDManager manager = Torch.manager(Device.cpu())) {
      run.train(
          manager,
          run.steps(),
          step -> {
            steps.incrementAndGet();
            assertThat(run.loss())
                .as("loss of step %d", step)
                .isCloseTo(golden.get("losses").get(step).asDouble(), withinPercentage(PERCENT));
          });
    }
    assertThat(steps).hasValue(golden.get("losses").size());
  }
}
