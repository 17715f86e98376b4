package org.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.tributary.fixture.TestJson.JSON;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;

/** The vision cases of the golden folder: logits, states, pooled output, loss, gradients. */
class VisionGoldenTest {
  private static final Path GOLDEN = Path.of(System.getProperty("golden"));
  private static final double LOGITS = 1e-4;
  private static final double LOSS = 1e-5;
  private static final double GRADIENTS = 1e-4;
  private static final String ATTENTION = "attention_pool_";

  @TestFactory
  List<DynamicTest> everyNumberIsTheReferences() throws IOException {
    List<Path> folders = new ArrayList<>();
    try (Stream<Path> all = Files.list(GOLDEN)) {
      for (Path folder : all.sorted().toList()) {
        Path inputs = folder.resolve("inputs.safetensors");
        if (Files.exists(inputs) && SafeTensors.map(inputs).containsKey("pixel_values")) {
          folders.add(folder);
        }
      }
    }
    assertThat(folders).as("cases of images in %s", GOLDEN).isNotEmpty();
    List<DynamicTest> tests = new ArrayList<>();
    for (Path folder : folders) {
      for (String config : List.of("config.json", "config.v5.json")) {
        tests.add(test(folder, config, null, ""));
        if (Files.exists(folder.resolve(ATTENTION + "outputs.safetensors"))) {
          tests.add(test(folder, config, Pooling.ATTENTION, ATTENTION));
        }
      }
    }
    return tests;
  }

  private static DynamicTest test(Path folder, String config, Pooling pooling, String files) {
    return DynamicTest.dynamicTest(
        folder.getFileName() + " " + config + " " + files,
        () -> {
          check(folder, config, pooling, files);
          if (pooling == null) {
            check(folder, config, defaultPooling(folder, config), files);
          }
        });
  }

  /** The pooling of transformers' class, as a run's configuration names it. */
  private static Pooling defaultPooling(Path folder, String config) throws IOException {
    return Architectures.of(
            JSON.readTree(folder.resolve(config).toFile()),
            SafeTensors.map(folder.resolve("model.safetensors")).keySet(),
            null)
        .classifierPooling();
  }

  private static void check(Path path, String config, Pooling pooling, String files)
      throws IOException {
    Torch.prepareThread(1);
    Map<String, HostTensor> weights = SafeTensors.map(path.resolve("model.safetensors"));
    JsonNode golden = JSON.readTree(path.resolve("golden.json").toFile());
    JsonNode read = JSON.readTree(path.resolve(config).toFile());
    Architecture architecture = Architectures.of(read, weights.keySet(), pooling);
    Map<String, long[]> shapes = new LinkedHashMap<>();
    weights.forEach((name, w) -> shapes.put(name, w.shape()));
    WeightNames.check(path.toString(), architecture, shapes);
    weights = used(architecture, weights);
    Map<String, HostTensor> outputs = SafeTensors.map(path.resolve(files + "outputs.safetensors"));
    Map<String, HostTensor> gradients = SafeTensors.map(path.resolve(files + "grads.safetensors"));
    JsonNode loss = files.isEmpty() ? golden : golden.get("attention_pool");
    try (NDManager manager = Torch.manager(Device.cpu());
        Model model = new Model(architecture, weights, Map.of(), Device.cpu(), Precision.FLOAT32)) {
      List<NDArray> train = new ArrayList<>();
      weights.forEach((name, w) -> train.add(model.trainable(manager, name, w)));
      List<NDArray> batch = batch(manager, path, architecture.image());
      checkStep(model.gradients(manager, train, batch), loss, gradients);
      checkStep(model.checkpointed(manager, train, batch), loss, gradients);
      List<NDArray> pixels = batch.subList(0, 1);
      Map<String, NDArray> found = new TreeMap<>(model.states(manager, List.of(), pixels));
      found.put("logits", model.logits(manager, List.of(), pixels));
      found.put("pooler_output", found.get("pooled"));
      outputs.keySet().remove("last_hidden_state");
      assertThat(outputs).containsKey("logits").hasSizeGreaterThan(1);
      outputs.forEach((name, expected) -> assertClose(name, found.get(name), expected, LOGITS));
    }
  }

  private static Map<String, HostTensor> used(
      Architecture architecture, Map<String, HostTensor> weights) {
    Map<String, HostTensor> used = new TreeMap<>(weights);
    used.keySet()
        .removeIf(
            name ->
                !architecture.weights().containsKey(name)
                    && !architecture.head(1).containsKey(name));
    return used;
  }

  private static List<NDArray> batch(NDManager manager, Path path, ImageShape image)
      throws IOException {
    Map<String, HostTensor> inputs = SafeTensors.map(path.resolve("inputs.safetensors"));
    HostTensor pixels = inputs.get("pixel_values");
    assertThat(pixels.shape())
        .containsExactly(pixels.shape()[0], image.channels(), image.height(), image.width());
    HostTensor labels = inputs.get("labels");
    return List.of(
        Torch.copy(manager, pixels.data(), DataType.FLOAT32, pixels.shape()),
        Torch.copy(manager, labels.data(), DataType.INT64, labels.shape()));
  }

  private static void checkStep(
      Map<String, NDArray> results, JsonNode golden, Map<String, HostTensor> gradients) {
    assertThat((double) results.get("loss").getFloat())
        .isCloseTo(golden.get("loss").asDouble(), offset(LOSS));
    assertThat(results.keySet().stream().filter(key -> key.startsWith("grads.")))
        .containsExactlyInAnyOrderElementsOf(
            gradients.keySet().stream().map(name -> "grads." + name).toList());
    gradients.forEach((name, g) -> assertClose(name, results.get("grads." + name), g, GRADIENTS));
  }

  private static void assertClose(
      String name, NDArray actual, HostTensor expected, double tolerance) {
    assertThat(actual).as(name).isNotNull();
    assertThat(actual.getShape().getShape()).as(name).isEqualTo(expected.shape());
    float[] a = new HostTensor(DType.F32, expected.shape(), Torch.bytes(actual)).toFloats();
    float[] e = expected.toFloats();
    for (int i = 0; i < a.length; i++) {
      assertThat((double) a[i]).as("%s [%d]", name, i).isCloseTo(e[i], offset(tolerance));
    }
  }
}
