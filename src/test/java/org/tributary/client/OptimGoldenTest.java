package org.tributary.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.tributary.fixture.TestJson.JSON;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
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
import org.tributary.model.Lora;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;

/**
 * Every training run of the golden folder, step by step: by torch's SGD and AdamW, by peft, and by
 * the GaLore authors' code.
 */
class OptimGoldenTest {
  private static final Path GOLDEN = Path.of(System.getProperty("golden"), "optim");
  private static final double LOSSES = 1e-5;
  private static final double NORMS = 1e-4;
  private static final double BASES = 1e-3;

  @TestFactory
  Stream<DynamicTest> everyRun() throws IOException {
    List<Path> runs = new ArrayList<>();
    try (Stream<Path> folders = Files.list(GOLDEN)) {
      for (Path folder : folders.sorted().toList()) {
        Path golden = folder.resolve("golden.json");
        if (Files.exists(golden) && JSON.readTree(golden.toFile()).has("losses")) {
          runs.add(folder);
        }
      }
    }
    assertThat(runs).as("runs in %s", GOLDEN).hasSizeGreaterThan(10);
    return runs.stream()
        .map(run -> DynamicTest.dynamicTest(run.getFileName().toString(), () -> check(run)));
  }

  private static void check(Path folder) throws IOException {
    Torch.prepareThread(1);
    JsonNode golden = JSON.readTree(folder.resolve("golden.json").toFile());
    try (GoldenRun run = new GoldenRun(folder, golden.get("hyper"));
        NDManager manager = Torch.manager(Device.cpu())) {
      // The official signs are arbitrary, and have no meaning until the second basis.
      boolean free =
          golden.at("/hyper/sign_rule").asText().equals("official") && run.gap() < run.steps();
      run.train(manager, free ? run.gap() : run.steps(), step -> checkStep(golden, run, step));
      if (run.gap() > 0) {
        checkWeights("first period", run.afterFirstPeriod(), folder, "after_first_period", 2e-4);
      }
      if (free) {
        return;
      }
      checkSeries(
          "losses after", run.lossesAfter(manager), golden, "losses_after_on_batches_0_to_3");
      if (run.lora() == null) {
        checkWeights("final", run.weights(), folder, "final", run.gap() > 0 ? 2e-4 : 1e-4);
      } else {
        checkAdapter(folder, run, manager);
      }
      if (golden.at("/hyper/sign_rule").asText().equals("canonical")) {
        checkBases(folder, run);
      }
    }
  }

  private static void checkStep(JsonNode golden, GoldenRun run, int step) {
    assertThat(run.loss())
        .as("loss of step %d", step)
        .isCloseTo(golden.get("losses").get(step).asDouble(), within(LOSSES));
    assertThat(run.norm())
        .as("gradient norm of step %d", step)
        .isCloseTo(golden.get("gradient_norms").get(step).asDouble(), within(NORMS));
    assertThat(run.rate())
        .as("rate of step %d", step)
        .isCloseTo(golden.get("learning_rates").get(step).asDouble(), within(1e-12));
  }

  private static void checkSeries(String what, List<Double> found, JsonNode golden, String key) {
    assertThat(found).as(what).hasSize(golden.get(key).size());
    for (int i = 0; i < found.size(); i++) {
      assertThat(found.get(i))
          .as("%s %d", what, i)
          .isCloseTo(golden.get(key).get(i).asDouble(), within(LOSSES));
    }
  }

  private static void checkWeights(
      String what, Map<String, HostTensor> found, Path folder, String file, double tolerance)
      throws IOException {
    Map<String, HostTensor> expected = SafeTensors.map(folder.resolve(file + ".safetensors"));
    assertClose(folder.getFileName() + " " + what, found, expected, tolerance);
  }

  /**
   * Bases of all periods; singular values within 0.5 % of each other let single entries turn a
   * little.
   */
  private static void checkBases(Path folder, GoldenRun run) throws IOException {
    Map<String, HostTensor> expected = SafeTensors.map(folder.resolve("projections.safetensors"));
    assertClose(folder.getFileName() + " bases", run.bases(), expected, BASES);
  }

  private static void checkAdapter(Path folder, GoldenRun run, NDManager manager)
      throws IOException {
    Map<String, HostTensor> adapter = GoldenRun.adapter(folder.resolve("adapter_final"));
    assertClose(folder.getFileName() + " adapter", run.weights(), adapter, 1e-4);
    Map<String, HostTensor> merged = SafeTensors.map(folder.resolve("merged_targets.safetensors"));
    Map<String, HostTensor> found = new TreeMap<>();
    merged.forEach((name, w) -> found.put(name, merge(run, name)));
    assertClose(folder.getFileName() + " merged", found, merged, 1e-4);
    assertThat(run.adaptedWeights()).isEqualTo(merged.keySet());
    HostTensor logits = SafeTensors.map(folder.resolve("outputs.safetensors")).get("logits_batch0");
    assertClose("logits", Map.of("", run.logits(manager, 0)), Map.of("", logits), 1e-4);
    if (run.fixedA()) {
      Map<String, HostTensor> start = GoldenRun.adapter(folder.resolve("adapter_init"));
      run.weights()
          .forEach(
              (name, t) -> {
                if (name.endsWith(Lora.A)) {
                  assertThat(t).as(name).isEqualTo(start.get(name));
                }
              });
    }
  }

  /** W + s B A in doubles. */
  private static HostTensor merge(GoldenRun run, String weight) {
    String layer = weight.substring(0, weight.length() - ".weight".length());
    HostTensor base = run.base(weight);
    float[] w = base.toFloats();
    float[] a = run.weights().get(layer + Lora.A).toFloats();
    float[] b = run.weights().get(layer + Lora.B).toFloats();
    int rank = run.lora().rank();
    int in = (int) base.shape()[1];
    for (int i = 0; i < w.length; i++) {
      double sum = 0;
      for (int k = 0; k < rank; k++) {
        sum += (double) b[i / in * rank + k] * a[k * in + i % in];
      }
      w[i] = (float) (w[i] + run.lora().scaling() * sum);
    }
    return HostTensor.of(w, base.shape());
  }

  private static void assertClose(
      String what,
      Map<String, HostTensor> found,
      Map<String, HostTensor> expected,
      double tolerance) {
    assertThat(found.keySet()).as(what).isEqualTo(expected.keySet());
    for (Map.Entry<String, HostTensor> entry : expected.entrySet()) {
      HostTensor is = found.get(entry.getKey());
      assertThat(is.shape()).as("%s %s", what, entry.getKey()).isEqualTo(entry.getValue().shape());
      assertThat(difference(is, entry.getValue()))
          .as("%s %s", what, entry.getKey())
          .isLessThanOrEqualTo(tolerance);
    }
  }

  private static double difference(HostTensor x, HostTensor y) {
    float[] a = x.toFloats();
    float[] b = y.toFloats();
    double worst = 0;
    for (int i = 0; i < a.length; i++) {
      double d = Math.abs(a[i] - b[i]);
      // max() would ignore NaN.
      worst = d <= worst ? worst : d;
    }
    return worst;
  }
}
