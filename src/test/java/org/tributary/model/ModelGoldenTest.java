package org.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.tributary.fixture.TestJson.JSON;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.protocol.DType;
import org.tributary.protocol.Globs;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;

/**
 * Every model case of the golden folder whose family is supported: logits, states, loss, gradients.
 */
class ModelGoldenTest {
  private static final double LOGITS = 1e-4;
  private static final double LOSS = 1e-5;
  private static final double GRADIENTS = 1e-4;

  @TestFactory
  Stream<DynamicTest> everyCase() throws IOException {
    List<Path> cases = new ArrayList<>();
    try (Stream<Path> folders = Files.list(Path.of(System.getProperty("golden")))) {
      for (Path folder : folders.sorted().toList()) {
        if (Files.exists(folder.resolve("config.json"))
            && SafeTensors.map(folder.resolve("inputs.safetensors")).containsKey("input_ids")) {
          cases.add(folder);
        }
      }
    }
    assertThat(cases).as("golden cases in %s", System.getProperty("golden")).isNotEmpty();
    return cases.stream()
        .flatMap(
            folder ->
                Stream.of("config.json", "config.v5.json")
                    .map(
                        config ->
                            DynamicTest.dynamicTest(
                                folder.getFileName() + " " + config, () -> check(folder, config))));
  }

  private static void check(Path folder, String config) throws IOException {
    Torch.prepareThread(1);
    Map<String, HostTensor> weights =
        new TreeMap<>(SafeTensors.map(folder.resolve("model.safetensors")));
    JsonNode golden = JSON.readTree(folder.resolve("golden.json").toFile());
    Architecture architecture =
        Architectures.of(
            JSON.readTree(folder.resolve(config).toFile()), weights.keySet(), Pooling.CLS);
    weights.keySet().removeIf(name -> isOfAnotherPart(architecture, name));
    Map<String, HostTensor> inputs = SafeTensors.map(folder.resolve("inputs.safetensors"));
    Map<String, HostTensor> outputs = SafeTensors.map(folder.resolve("outputs.safetensors"));
    Path gradientsFile = folder.resolve("grads.safetensors");
    Map<String, HostTensor> gradients =
        Files.exists(gradientsFile) ? SafeTensors.map(gradientsFile) : Map.of();
    try (NDManager manager = Torch.manager(Device.cpu());
        Model model = new Model(architecture, weights, Map.of(), Device.cpu(), Precision.FLOAT32)) {
      List<NDArray> train = new ArrayList<>();
      weights.forEach((name, w) -> train.add(model.trainable(manager, name, w)));
      List<NDArray> arguments = new ArrayList<>();
      for (String name : List.of("input_ids", "attention_mask", "token_type_ids", "labels")) {
        HostTensor x = inputs.getOrDefault(name, inputs.get("input_ids"));
        NDArray array = Torch.copy(manager, x.data(), DataType.INT64, x.shape());
        arguments.add(inputs.containsKey(name) ? array : array.zerosLike());
      }
      Map<String, NDArray> results = model.gradients(manager, train, arguments);
      assertThat((double) results.get("loss").getFloat())
          .isCloseTo(golden.get("loss").asDouble(), offset(LOSS));
      Map<String, NDArray> found = new TreeMap<>(results);
      found.keySet().removeIf(key -> !key.startsWith("grads."));
      if (!gradients.isEmpty()) {
        assertThat(found.keySet()).hasSameSizeAs(gradients.keySet());
      }
      gradients.forEach((k, g) -> assertClose(k, found.get("grads." + k), g, null, GRADIENTS));
      Map<String, NDArray> checkpointed = model.checkpointed(manager, train, arguments);
      assertThat(checkpointed.get("loss").getFloat()).isEqualTo(results.get("loss").getFloat());
      found.forEach((k, g) -> assertClose(k, checkpointed.get(k), host(g), null, GRADIENTS));
      Map<String, NDArray> states = model.states(manager, List.of(), arguments.subList(0, 3));
      outputs.forEach(
          (k, expected) -> {
            if (k.startsWith("hidden_states.")) {
              assertClose(k, states.get(k), expected, inputs.get("attention_mask"), LOGITS);
            }
          });
      HostTensor mask =
          architecture.task() == ModelTask.GENERATION ? inputs.get("attention_mask") : null;
      NDArray logits = model.logits(manager, List.of(), arguments.subList(0, 3));
      assertClose("logits", logits, outputs.get("logits"), mask, LOGITS);
      if (architecture.task() == ModelTask.GENERATION) {
        checkGeneration(manager, model, golden.get("greedy"), 1);
        for (JsonNode some : golden.path("penalized")) {
          checkGeneration(
              manager, model, some.get("texts"), some.get("repetition_penalty").asDouble());
        }
        checkLikelihood(manager, model, golden, inputs.get("input_ids"));
      }
    }
  }

  /** Whether a tensor is of a part that the architecture does not use, such as a vision tower. */
  private static boolean isOfAnotherPart(Architecture architecture, String name) {
    return !architecture.weights().containsKey(name)
        && !architecture.poolerWeights().containsKey(name)
        && architecture.ignoredWeights().stream().anyMatch(glob -> Globs.of(glob).matches(name));
  }

  /** Both prompts in one batch: rows of different lengths must not see each other's padding. */
  private static void checkGeneration(
      NDManager manager, Model model, JsonNode cases, double penalty) {
    int longest = 0;
    for (JsonNode one : cases) {
      longest = Math.max(longest, one.get("prompt_ids").size());
    }
    longest += 3;
    long[] ids = new long[cases.size() * longest];
    long[] lengths = new long[cases.size()];
    for (int i = 0; i < cases.size(); i++) {
      JsonNode prompt = cases.get(i).get("prompt_ids");
      lengths[i] = prompt.size();
      for (int j = 0; j < prompt.size(); j++) {
        ids[i * longest + j] = prompt.get(j).asLong();
      }
    }
    int most = cases.get(0).get("new_ids").size();
    NDArray tokens =
        model.generate(
            manager,
            List.of(),
            manager.create(ids, new Shape(cases.size(), longest)),
            manager.create(lengths),
            cases.size(),
            new Decoding(List.of(), 0, 1, penalty),
            manager.zeros(new Shape(cases.size(), most)));
    long[] made = tokens.toLongArray();
    for (int i = 0; i < cases.size(); i++) {
      for (int j = 0; j < most; j++) {
        assertThat(made[i * most + j])
            .as("penalty %s, prompt %d, new token %d", penalty, i, j)
            .isEqualTo(cases.get(i).get("new_ids").get(j).asLong());
      }
    }
  }

  private static void checkLikelihood(
      NDManager manager, Model model, JsonNode golden, HostTensor inputIds) {
    int length = golden.get("row0_token_logprobs").size() + 1;
    long[] row = new long[length];
    inputIds.data().asLongBuffer().get(row);
    NDArray ids = manager.create(row, new Shape(1, length));
    NDArray labels = manager.create(row, new Shape(1, length));
    float[] nll = model.likelihood(manager, List.of(), List.of(ids, labels)).toFloatArray();
    for (int i = 0; i < nll.length; i++) {
      assertThat((double) -nll[i])
          .isCloseTo(golden.get("row0_token_logprobs").get(i).asDouble(), offset(LOGITS));
    }
  }

  private static HostTensor host(NDArray array) {
    return new HostTensor(DType.F32, array.getShape().getShape(), Torch.bytes(array));
  }

  private static void assertClose(
      String name, NDArray actual, HostTensor expected, HostTensor mask, double tolerance) {
    assertThat(actual).as(name).isNotNull();
    assertThat(actual.getShape().getShape()).as(name).isEqualTo(expected.shape());
    float[] a = host(actual).toFloats();
    float[] e = expected.toFloats();
    int width = mask == null ? 1 : (int) (expected.elements() / mask.elements());
    double worst = 0;
    for (int i = 0; i < a.length; i++) {
      if (mask == null || mask.data().asLongBuffer().get(i / width) == 1) {
        worst = Math.max(worst, Math.abs(a[i] - e[i]));
      }
    }
    assertThat(worst).as(name).isLessThanOrEqualTo(tolerance);
  }
}
