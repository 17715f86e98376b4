package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.config.ConfigReader;
import org.tributary.config.TrainConfig;
import org.tributary.evaluation.CheckpointLogits;
import org.tributary.fixture.LocalSpark;
import org.tributary.fixture.Slow;
import org.tributary.model.Precision;
import org.tributary.protocol.HostTensor;
import org.tributary.run.RunFolder;
import org.tributary.run.RunSpec;
import org.tributary.tables.RunReport;

/**
 * Trained classifiers of every family, by way of the folders that runs write: the values in the
 * evals table are those that transformers and peft compute after loading the folder. Each case of
 * {@code heads} has a base model without a classifier, a partitioned set, the output of runs of
 * {@code model.yaml} and {@code adapter.yaml}, and the results of transformers and peft for the
 * test rows with it.
 */
@Slow
class HeadsGoldenTest {
  private static final Path HEADS = Path.of(System.getProperty("golden"), "heads");
  private static final double LOGITS = 1e-4;
  private static final double LOSS = 1e-5;

  @TempDir static Path dir;
  @RegisterExtension static final LocalSpark SPARK = new LocalSpark();

  /** A case's folder, and which of its two results is meant. */
  private record Head(Path folder, String kind) {
    boolean isAdapter() {
      return kind.equals("adapter");
    }

    Path written() {
      return folder.resolve(kind);
    }

    JsonNode golden() throws IOException {
      return json(folder.resolve("golden.json")).get(kind);
    }

    Map<String, HostTensor> inputs() throws IOException {
      return SafeTensors.map(folder.resolve("inputs.safetensors"));
    }

    /** What Tributary computes for the test rows with a written folder and default settings. */
    HostTensor logits(Path written) throws IOException {
      String model = (isAdapter() ? folder.resolve("base") : written).toString();
      return CheckpointLogits.open(Tiny.STORE, model, isAdapter() ? written.toString() : null, null)
          .of("inputs.safetensors", inputs(), dir, Precision.FLOAT32);
    }

    /** Trains with the case's file, changed by {@code key=value}s. */
    RunFolder run(String... sets) throws Exception {
      List<String> all = new ArrayList<>(List.of(sets));
      all.add("out=" + Files.createTempDirectory(dir, "runs").resolve("run"));
      TrainConfig config =
          ConfigReader.read(
              kind + ".yaml",
              Files.readString(folder.resolve(kind + ".yaml")),
              all,
              TrainConfig.class,
              RunSpec.CHOICES);
      return new Federation(SPARK.session(), RoundListener.NONE).train(config).folder();
    }
  }

  private interface Check {
    void of(Head head) throws Exception;
  }

  private static Stream<DynamicTest> every(Check check) throws IOException {
    assumeTrue(Files.isDirectory(HEADS), () -> "no such cases in " + HEADS);
    List<Path> folders;
    try (Stream<Path> all = Files.list(HEADS)) {
      folders = all.filter(f -> Files.exists(f.resolve("golden.json"))).sorted().toList();
    }
    assertThat(folders).as("cases in %s", HEADS).isNotEmpty();
    return folders.stream()
        .flatMap(folder -> Stream.of(new Head(folder, "model"), new Head(folder, "adapter")))
        .map(
            head ->
                DynamicTest.dynamicTest(
                    head.folder.getFileName() + " " + head.kind, () -> check.of(head)));
  }

  @TestFactory
  Stream<DynamicTest> aWrittenFolderScoresHereAsInTransformers() throws IOException {
    return every(HeadsGoldenTest::scores);
  }

  private static void scores(Head head) throws Exception {
    HostTensor expected =
        SafeTensors.map(head.folder.resolve("outputs.safetensors")).get(head.kind);
    HostTensor found = head.logits(head.written());
    assertThat(found.shape()).isEqualTo(expected.shape());
    float[] e = expected.toFloats();
    float[] f = found.toFloats();
    for (int i = 0; i < e.length; i++) {
      assertThat((double) f[i]).as("logit %d", i).isCloseTo(e[i], within(LOGITS));
    }
    RunFolder evaluated = evaluated(head);
    JsonNode golden = head.golden();
    assertClose(score(evaluated, "loss"), golden.get("loss").asDouble());
    assertThat(score(evaluated, "accuracy"))
        .isCloseTo(golden.get("accuracy").asDouble(), within(1e-12));
  }

  /** A run from the written folder whose steps change nothing visibly. */
  private static RunFolder evaluated(Head head) throws Exception {
    String rows = head.folder.resolve("rows").toString();
    List<String> sets =
        new ArrayList<>(List.of("rounds=1", "client.optimizer={name: sgd, lr: 1.0e-12}"));
    if (head.isAdapter()) {
      sets.addAll(
          List.of(
              "data.path=" + rows,
              "model.path=" + head.folder.resolve("base"),
              "framework.lora.start=" + head.written()));
    } else {
      sets.addAll(List.of("data={path: '" + rows + "'}", "model.path=" + head.written()));
    }
    return head.run(sets.toArray(String[]::new));
  }

  @TestFactory
  Stream<DynamicTest> aNewHeadsTableIsWhatItsFolderGives() throws IOException {
    return every(HeadsGoldenTest::comesBack);
  }

  private static void comesBack(Head head) throws Exception {
    RunFolder run =
        head.run(
            "data.path=" + head.folder.resolve("rows"),
            "model.path=" + head.folder.resolve("base"));
    Path written = Path.of((head.isAdapter() ? run.adapter() : run.model()).toUri());
    double loss = loss(head.logits(written), head.inputs().get("labels"));
    assertClose(score(run, "loss"), loss);
    // transformers loads the case's folder without a missing or an unexpected name.
    String weights = head.isAdapter() ? "adapter_model.safetensors" : "model.safetensors";
    assertThat(shapes(written.resolve(weights))).isEqualTo(shapes(head.written().resolve(weights)));
    String config = head.isAdapter() ? "adapter_config.json" : "config.json";
    assertThat(config(written.resolve(config))).isEqualTo(config(head.written().resolve(config)));
  }

  /** Mean over rows of log sum exp(logits) minus the logit of the row's class. */
  private static double loss(HostTensor logits, HostTensor labels) {
    float[] z = logits.toFloats();
    int classes = (int) logits.shape()[1];
    int rows = (int) logits.shape()[0];
    double sum = 0;
    for (int row = 0; row < rows; row++) {
      double exps = 0;
      for (int c = 0; c < classes; c++) {
        exps += Math.exp(z[row * classes + c]);
      }
      sum += Math.log(exps) - z[row * classes + (int) labels.data().getLong(8 * row)];
    }
    return sum / rows;
  }

  private static double score(RunFolder run, String name) throws IOException {
    return RunReport.of(Tiny.STORE, run).score("test", name);
  }

  private static void assertClose(double found, double expected) {
    assertThat(found).isCloseTo(expected, within(LOSS * expected));
  }

  private static Map<String, String> shapes(Path file) throws IOException {
    Map<String, String> shapes = new TreeMap<>();
    SafeTensors.map(file)
        .forEach((name, t) -> shapes.put(name, t.dtype() + Arrays.toString(t.shape())));
    return shapes;
  }

  private static JsonNode config(Path file) throws IOException {
    ObjectNode config = (ObjectNode) json(file);
    config.remove("base_model_name_or_path");
    return config;
  }

  private static JsonNode json(Path file) throws IOException {
    return JSON.readTree(file.toFile());
  }
}
