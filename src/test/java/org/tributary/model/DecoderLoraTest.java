package org.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.tributary.fixture.TestJson.JSON;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.fixture.GoldenCases;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;

/**
 * Every linear layer of every decoder computes W x + s B A x, whatever the layout of its weight.
 */
class DecoderLoraTest {
  private static final int RANK = 3;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama_gqa",
        "gemma",
        "qwen2",
        "qwen3",
        "mistral",
        "gpt2",
        "phi3",
        "gemma2",
        "gemma3"
      })
  void adaptersComputeTheMergedMatrix(String golden) throws IOException {
    Torch.prepareThread(1);
    Path folder = GoldenCases.of(golden);
    Map<String, HostTensor> weights = SafeTensors.map(folder.resolve("model.safetensors"));
    Architecture architecture = architecture(folder, weights);
    HostTensor ids = SafeTensors.map(folder.resolve("inputs.safetensors")).get("input_ids");
    Lora lora = new Lora(RANK, 6, false, List.of("*"));
    Map<String, long[]> layers = lora.layers(architecture.linearLayers());
    Map<String, HostTensor> adapters = new LinkedHashMap<>();
    Map<String, HostTensor> merged = new LinkedHashMap<>(weights);
    SplittableRandom random = new SplittableRandom(3);
    layers.forEach(
        (layer, shape) -> {
          HostTensor a = random(random, RANK, shape[1]);
          HostTensor b = random(random, shape[0], RANK);
          adapters.put(layer + Lora.A, a);
          adapters.put(layer + Lora.B, b);
          merged.compute(
              layer + ".weight",
              (name, w) -> merged(w, a, b, lora.scaling(), architecture.transposed(layer)));
        });
    float[] expected = logits(architecture, merged, Map.of(), Map.of(), ids);
    float[] without = logits(architecture, weights, Map.of(), Map.of(), ids);
    float[] actual =
        logits(
            architecture, weights, Lora.scalings(layers.keySet(), lora.scaling()), adapters, ids);
    double moved = 0;
    for (int i = 0; i < actual.length; i++) {
      assertThat(actual[i]).isCloseTo(expected[i], within(1e-4f));
      moved = Math.max(moved, Math.abs(actual[i] - without[i]));
    }
    assertThat(moved).as("adapters change something").isGreaterThan(1e-2);
  }

  private static Architecture architecture(Path folder, Map<String, HostTensor> weights)
      throws IOException {
    return Architectures.of(
        JSON.readTree(folder.resolve("config.json").toFile()), weights.keySet(), Pooling.MEAN);
  }

  private static HostTensor random(SplittableRandom random, long rows, long columns) {
    float[] values = new float[Math.toIntExact(rows * columns)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (0.1 * random.nextGaussian());
    }
    return HostTensor.of(values, rows, columns);
  }

  /** W + s B A for W [out, in], its transpose for W [in, out]. */
  private static HostTensor merged(
      HostTensor w, HostTensor a, HostTensor b, double s, boolean transposed) {
    int out = (int) b.shape()[0];
    int in = (int) a.shape()[1];
    assertThat(w.shape()).containsExactly(transposed ? in : out, transposed ? out : in);
    float[] sum = w.toFloats();
    for (int i = 0; i < out; i++) {
      for (int j = 0; j < in; j++) {
        double product = 0;
        for (int r = 0; r < RANK; r++) {
          product += (double) b.floats().get(i * RANK + r) * a.floats().get(r * in + j);
        }
        sum[transposed ? j * out + i : i * in + j] += (float) (s * product);
      }
    }
    return HostTensor.of(sum, w.shape());
  }

  private static float[] logits(
      Architecture architecture,
      Map<String, HostTensor> weights,
      Map<String, Double> scalings,
      Map<String, HostTensor> adapters,
      HostTensor ids) {
    try (NDManager manager = Torch.manager(Device.cpu());
        Model model = new Model(architecture, weights, scalings, Device.cpu(), Precision.FLOAT32)) {
      List<NDArray> train = new ArrayList<>();
      adapters.forEach((name, t) -> train.add(model.trainable(manager, name, t)));
      NDArray rows = Torch.copy(manager, ids.data(), DataType.INT64, ids.shape());
      return model.logits(manager, train, List.of(rows)).toFloatArray();
    }
  }
}
