package org.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tributary.fixture.TestJson.JSON;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.fixture.GoldenCases;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;

/** Drawn tokens equal those from the inverse of the nucleus distribution, computed here. */
class SamplingTest {
  private static final long[] PROMPT = {1, 50, 60, 70, 80, 90};
  private static final int DRAWS = 400;

  private Model model;
  private NDManager manager;

  @BeforeEach
  void open() throws IOException {
    Path golden = GoldenCases.of("llama_gqa");
    JsonNode config = JSON.readTree(golden.resolve("config.json").toFile());
    Map<String, HostTensor> weights = SafeTensors.map(golden.resolve("model.safetensors"));
    Architecture architecture = Architectures.of(config, weights.keySet(), Pooling.MEAN);
    model = new Model(architecture, weights, Map.of(), Device.cpu(), Precision.FLOAT32);
    manager = Torch.manager(Device.cpu());
    Torch.prepareThread(1);
  }

  @AfterEach
  void close() {
    manager.close();
    model.close();
  }

  private double[] logits() {
    Shape shape = new Shape(1, PROMPT.length);
    NDArray ids = manager.create(PROMPT, shape);
    NDArray logits =
        model.logits(manager, List.of(), List.of(ids, ids.onesLike(), ids.zerosLike()));
    float[] all = logits.toFloatArray();
    int vocabulary = all.length / PROMPT.length;
    return IntStream.range(all.length - vocabulary, all.length).mapToDouble(i -> all[i]).toArray();
  }

  /** The position of a number in the distribution, -1 if rounding might decide it. */
  private static int expected(double[] logits, double temperature, double topP, double uniform) {
    double most = Arrays.stream(logits).max().orElseThrow();
    double[] mass = Arrays.stream(logits).map(l -> Math.exp((l - most) / temperature)).toArray();
    double sum = Arrays.stream(mass).sum();
    Integer[] order = IntStream.range(0, mass.length).boxed().toArray(Integer[]::new);
    Arrays.sort(order, Comparator.comparingDouble(i -> -mass[i]));
    int kept = 0;
    double nucleus = 0;
    while (kept < order.length && (kept == 0 || nucleus < topP)) {
      nucleus += mass[order[kept++]] / sum;
    }
    double reached = 0;
    for (int i = 0; i < kept; i++) {
      reached += mass[order[i]] / sum / nucleus;
      if (Math.abs(reached - uniform) < 1e-6) {
        return -1;
      }
      if (reached > uniform) {
        return order[i];
      }
    }
    return order[kept - 1];
  }

  private long[] draw(double temperature, double topP, float... uniform) {
    int rows = uniform.length;
    long[] ids = new long[rows * PROMPT.length];
    long[] lengths = new long[rows];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(PROMPT, 0, ids, i * PROMPT.length, PROMPT.length);
      lengths[i] = PROMPT.length;
    }
    return model
        .generate(
            manager,
            List.of(),
            manager.create(ids, new Shape(rows, PROMPT.length)),
            manager.create(lengths),
            rows,
            new Decoding(List.of(), temperature, topP, 1),
            manager.create(uniform, new Shape(rows, 1)))
        .toLongArray();
  }

  private static float[] uniform() {
    SplittableRandom random = new SplittableRandom(5);
    float[] numbers = new float[DRAWS];
    for (int i = 0; i < DRAWS; i++) {
      numbers[i] = (random.nextInt() >>> 8) * 0x1p-24f;
    }
    numbers[0] = 0;
    numbers[1] = 1 - 0x1p-24f;
    return numbers;
  }

  @ParameterizedTest
  @CsvSource({"1.0, 1.0", "0.7, 0.9", "1.5, 0.5", "0.3, 0.05", "4.0, 0.999"})
  void theInverseOfTheNucleusDistribution(double temperature, double topP) {
    float[] uniform = uniform();
    long[] drawn = draw(temperature, topP, uniform);
    double[] logits = logits();
    List<Long> distinct = new ArrayList<>();
    int compared = 0;
    for (int i = 0; i < DRAWS; i++) {
      int expected = expected(logits, temperature, topP, uniform[i]);
      if (expected >= 0) {
        assertThat(drawn[i]).as("draw %d at %s", i, uniform[i]).isEqualTo(expected);
        compared++;
      }
      if (!distinct.contains(drawn[i])) {
        distinct.add(drawn[i]);
      }
    }
    assertThat(compared).isGreaterThan(DRAWS - 10);
    if (temperature >= 0.7) {
      assertThat(distinct).hasSizeGreaterThan(1);
    }
  }

  @Test
  void aNucleusOfOneTokenIsGreedyAndSoIsTemperatureZero() {
    double[] logits = logits();
    long best =
        IntStream.range(0, logits.length)
            .boxed()
            .max(Comparator.comparingDouble(i -> logits[i]))
            .orElseThrow();
    assertThat(draw(1.0, 1e-9, uniform())).containsOnly(best);
    assertThat(draw(0, 1, uniform())).containsOnly(best);
    assertThat(draw(1e-4, 1, uniform())).containsOnly(best);
  }
}
