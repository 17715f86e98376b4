package org.tributary.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;

/**
 * Single matrices after every step of the authors' code: every case of the golden folder, with
 * every matrix and sign rule in it and the hyper-parameters in its golden.json.
 */
class GaLoreGoldenTest {
  private static final double WEIGHTS = 1e-5;
  private static final double BASES = 1e-4;

  /**
   * One matrix of a case.
   *
   * @param hyper the case's hyper-parameters
   * @param tensors the case's
   * @param matrix its name in the tensors
   * @param signs {@code canonical} or {@code official}
   */
  private record Case(
      JsonNode hyper, Map<String, HostTensor> tensors, String matrix, String signs) {}

  private static Map<String, Case> cases() throws IOException {
    Map<String, Case> cases = new TreeMap<>();
    try (Stream<Path> folders = Files.list(Path.of(System.getProperty("golden"), "optim"))) {
      for (Path folder : folders.filter(f -> Files.exists(f.resolve("golden.json"))).toList()) {
        Path file = folder.resolve("tensors.safetensors");
        JsonNode hyper = JSON.readTree(folder.resolve("golden.json").toFile()).path("hyper");
        if (Files.exists(file) && hyper.has("update_proj_gap")) {
          Map<String, HostTensor> tensors = SafeTensors.map(file);
          for (String name : tensors.keySet()) {
            String[] parts = name.split("\\.");
            if (parts.length == 3 && parts[2].equals("W")) {
              cases.put(
                  folder.getFileName() + " " + parts[0] + " " + parts[1],
                  new Case(hyper, tensors, parts[0], parts[1]));
            }
          }
        }
      }
    }
    assertThat(cases).as("single matrices in %s", System.getProperty("golden")).isNotEmpty();
    return cases;
  }

  @TestFactory
  List<DynamicTest> everyStep() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    cases().forEach((name, c) -> tests.add(DynamicTest.dynamicTest(name, () -> check(c))));
    return tests;
  }

  /** A hyper-parameter that the test did not read from the case would have no effect. */
  @TestFactory
  List<DynamicTest> everyHyperParameterCounts() throws IOException {
    Map<String, Case> all = cases();
    Case one =
        all.values().stream().filter(c -> c.signs().equals("canonical")).findFirst().orElseThrow();
    List<DynamicTest> tests = new ArrayList<>();
    for (String change :
        List.of(
            "{'lr': 0.02}",
            "{'betas': [0.8, 0.999]}",
            "{'betas': [0.9, 0.9]}",
            "{'eps': 0.1}",
            "{'weight_decay': 0.5}",
            "{'rank': 3}",
            "{'update_proj_gap': 4}",
            "{'scale': 0.5}")) {
      ObjectNode hyper = one.hyper().deepCopy();
      hyper.setAll((ObjectNode) JSON.readTree(change.replace('\'', '"')));
      assertThat(hyper).isNotEqualTo(one.hyper());
      Case other = new Case(hyper, one.tensors(), one.matrix(), one.signs());
      tests.add(
          DynamicTest.dynamicTest(
              change,
              () -> assertThatThrownBy(() -> check(other)).isInstanceOf(AssertionError.class)));
    }
    return tests;
  }

  private static OptimizerSettings settings(JsonNode hyper) {
    GradientSubspaces subspaces =
        new GradientSubspaces(
            hyper.get("rank").asInt(),
            hyper.get("update_proj_gap").asInt(),
            hyper.get("scale").asDouble(),
            List.of("*"),
            "exact");
    GaLoreSettings galore =
        new GaLoreSettings(
            hyper.at("/betas/0").asDouble(),
            hyper.at("/betas/1").asDouble(),
            hyper.get("eps").asDouble(),
            subspaces);
    return new OptimizerSettings("galore", galore, hyper.get("weight_decay").asDouble(), 0);
  }

  private static void check(Case c) {
    Torch.prepareThread(1);
    HostTensor gradients = c.tensors().get(c.matrix() + ".grads");
    HostTensor weights = c.tensors().get(c.matrix() + "." + c.signs() + ".W");
    HostTensor bases = c.tensors().get(c.matrix() + "." + c.signs() + ".P");
    int gap = c.hyper().get("update_proj_gap").asInt();
    double rate = c.hyper().get("lr").asDouble();
    // Official signs are arbitrary; within the first period they cancel out.
    boolean free = c.signs().equals("official");
    int steps = free ? gap : (int) gradients.shape()[0];
    OptimizerRun run =
        new OptimizerRun(settings(c.hyper()), i -> Map.of("w", at(gradients, i)), t -> rate);
    OptimizerRun.End end =
        new OptimizerRun.End(Map.of("w", c.tensors().get(c.matrix() + ".W0")), Map.of(), 0);
    for (int t = 0; t < steps; t++) {
      end = run.steps(end.weights(), end.state(), t, t + 1);
      assertClose(end.weights().get("w"), at(weights, t), WEIGHTS, "W after step " + t);
      if (!free) {
        assertClose(end.basis("w"), at(bases, t / gap), BASES, "P of step " + t);
      }
    }
  }

  private static HostTensor at(HostTensor series, int i) {
    long[] shape = {series.shape()[1], series.shape()[2]};
    float[] values = new float[(int) HostTensor.elements(shape)];
    series.floats().get(i * values.length, values);
    return HostTensor.of(values, shape);
  }

  private static void assertClose(
      HostTensor actual, HostTensor expected, double tolerance, String what) {
    assertThat(actual.shape()).as(what).isEqualTo(expected.shape());
    assertThat(actual.toFloats())
        .as(what)
        .containsExactly(
            expected.toFloats(), org.assertj.core.data.Offset.offset((float) tolerance));
  }
}
