package org.tributary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.model.Precision;
import org.tributary.torch.Torch;

/** Runs in bfloat16 against the float32 losses of the golden folder. */
class PrecisionGoldenTest {
  private static final double PERCENT = 2;

  @ParameterizedTest
  @ValueSource(strings = {"adamw", "lora_all_linear"})
  void lossesStayWithinTwoPercentOfFloat32(String name) throws IOException {
    Path folder = Path.of(System.getProperty("golden"), "optim", name);
    JsonNode golden = new ObjectMapper().readTree(folder.resolve("golden.json").toFile());
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
