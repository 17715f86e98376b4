package org.tributary.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.ModelEdit;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.error.WrongInput;
import org.tributary.fixture.JobRun;
import org.tributary.job.Logits;
import org.tributary.model.Precision;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import picocli.CommandLine;

/**
 * Logits for given inputs: for every golden case, with adapters and with 16-bit weights. Also bad
 * inputs.
 */
class LogitsGoldenTest {
  private static final Path GOLDEN = Path.of(System.getProperty("golden"));

  @TempDir Path disk;

  private HostTensor logits(Path model, Path adapter, Map<String, HostTensor> inputs)
      throws IOException {
    return org.tributary.evaluation.CheckpointLogits.open(
            Tiny.STORE, model.toString(), adapter == null ? null : adapter.toString(), null)
        .of("inputs.safetensors", inputs, disk, Precision.FLOAT32);
  }

  /** The largest difference; with an attention mask, only at positions where the mask is 1. */
  private static double largest(HostTensor found, HostTensor expected, HostTensor mask) {
    assertThat(found.shape()).isEqualTo(expected.shape());
    float[] a = found.toFloats();
    float[] b = expected.toFloats();
    int width = (int) expected.shape()[expected.shape().length - 1];
    double largest = 0;
    for (int i = 0; i < a.length; i++) {
      if (mask == null || mask.data().getLong(8 * (i / width)) == 1) {
        largest = Math.max(largest, Math.abs(a[i] - b[i]));
      }
    }
    return largest;
  }

  @TestFactory
  List<DynamicTest> everyCaseReadWrittenAndRead() throws IOException {
    try (Stream<Path> all = Files.list(GOLDEN)) {
      List<Path> cases =
          all.filter(folder -> Files.exists(folder.resolve("inputs.safetensors")))
              .sorted()
              .toList();
      assertThat(cases).hasSizeGreaterThanOrEqualTo(3);
      return cases.stream()
          .map(
              folder ->
                  DynamicTest.dynamicTest(folder.getFileName().toString(), () -> comesBack(folder)))
          .toList();
    }
  }

  private void comesBack(Path folder) throws IOException {
    Path copy = disk.resolve(folder.getFileName());
    HuggingFaceFolder golden = HuggingFaceFolder.open(Tiny.STORE, Tiny.hadoop(folder));
    ModelEdit.none().write(Tiny.STORE, golden, Tiny.hadoop(copy));
    Map<String, HostTensor> inputs = SafeTensors.map(folder.resolve("inputs.safetensors"));
    HostTensor expected = SafeTensors.map(folder.resolve("outputs.safetensors")).get("logits");
    HostTensor mask = expected.shape().length == 3 ? inputs.get("attention_mask") : null;
    assertThat(largest(logits(copy, null, inputs), expected, mask)).isLessThan(1e-4);
  }

  @TestFactory
  List<DynamicTest> everyAdapterAndItsMergedModel() throws IOException {
    try (Stream<Path> all = Files.list(GOLDEN.resolve("optim"))) {
      return all.filter(run -> Files.exists(run.resolve("adapter_final")))
          .sorted()
          .map(run -> DynamicTest.dynamicTest(run.getFileName().toString(), () -> adapted(run)))
          .toList();
    }
  }

  private void adapted(Path run) throws IOException {
    HostTensor expected = SafeTensors.map(run.resolve("outputs.safetensors")).get("logits_batch0");
    adapted(GOLDEN.resolve("llama_gqa"), run.resolve("adapter_final"), firstBatch(), expected);
  }

  /** Adapters made by peft, each in the folder of its model's case. */
  @TestFactory
  List<DynamicTest> everyFamilysAdapterAndItsMergedModel() throws IOException {
    try (Stream<Path> all = Files.list(GOLDEN)) {
      return all.filter(folder -> Files.exists(folder.resolve("adapter")))
          .sorted()
          .map(
              folder ->
                  DynamicTest.dynamicTest(
                      folder.getFileName().toString(), () -> adaptedFamily(folder)))
          .toList();
    }
  }

  private void adaptedFamily(Path model) throws IOException {
    Path adapter = model.resolve("adapter");
    Map<String, HostTensor> golden = SafeTensors.map(adapter.resolve("outputs.safetensors"));
    Map<String, HostTensor> inputs =
        golden.size() > 1 ? golden : SafeTensors.map(model.resolve("inputs.safetensors"));
    adapted(model, adapter, inputs, golden.get("logits"));
  }

  private void adapted(
      Path model, Path adapter, Map<String, HostTensor> inputs, HostTensor expected)
      throws IOException {
    HostTensor mask = inputs.get("attention_mask");
    assertThat(largest(logits(model, adapter, inputs), expected, mask)).isLessThan(1e-4);
    Path merged = disk.resolve("merged").resolve(adapter.getParent().getFileName());
    String[] merge = {
      "merge-adapter", "--model", "" + model, "--adapter", "" + adapter, "--out", "" + merged
    };
    JobRun.done(merge);
    assertThat(largest(logits(merged, null, inputs), expected, mask)).isLessThan(1e-4);
    assertThat(largest(logits(model, null, inputs), expected, mask)).isGreaterThan(1e-2);
  }

  private static Map<String, HostTensor> firstBatch() throws IOException {
    Map<String, HostTensor> first = new TreeMap<>();
    SafeTensors.map(GOLDEN.resolve("optim/batches.safetensors"))
        .forEach(
            (name, all) -> {
              long[] shape = {all.shape()[1], all.shape()[2]};
              int bytes = (int) HostTensor.elements(shape) * 8;
              first.put(name, new HostTensor(DType.I64, shape, all.data().slice(0, bytes)));
            });
    return first;
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void weightsOf16BitsAreTheNumbersThatTheyAre(DType type) throws IOException {
    Path golden = GOLDEN.resolve("llama_gqa");
    Map<String, HostTensor> inputs = SafeTensors.map(golden.resolve("inputs.safetensors"));
    List<HostTensor> results = new ArrayList<>();
    for (UnaryOperator<HostTensor> as :
        List.<UnaryOperator<HostTensor>>of(t -> t.to(type), t -> t.to(type).to(DType.F32))) {
      Path folder = Files.createTempDirectory(disk, "typed");
      Map<String, HostTensor> weights =
          new TreeMap<>(SafeTensors.map(golden.resolve("model.safetensors")));
      weights.replaceAll((name, t) -> as.apply(t));
      Tiny.STORE.commit(
          Tiny.hadoop(folder.resolve("model.safetensors")), SafeTensors.content(weights, Map.of()));
      Files.copy(golden.resolve("config.json"), folder.resolve("config.json"));
      results.add(logits(folder, null, inputs));
    }
    assertThat(results.get(0)).isEqualTo(results.get(1));
  }

  private static HostTensor ids(int rows, int columns, long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asLongBuffer().put(values);
    return new HostTensor(DType.I64, new long[] {rows, columns}, bytes);
  }

  @Test
  void inputsThatAreNotTheModelsAreRefused() {
    Path llama = GOLDEN.resolve("llama_gqa");
    refused(llama, Map.of(), "tensor input_ids must be I64[-1, -1] (-1: any), and is not there");
    refused(llama, Map.of("input_ids", HostTensor.of(new float[1], 1, 1)), "and is F32[1, 1]");
    refused(llama, Map.of("input_ids", ids(1, 2, 0, 419)), "has id 419, the model knows 0 to 418");
    refused(llama, Map.of("input_ids", ids(1, 1, -1)), "has id -1");
    refused(
        llama,
        Map.of("input_ids", ids(1, 2, 1, 2), "attention_mask", ids(1, 2, 0, 1)),
        "row 0 of attention_mask is not ones followed by zeros; pad on the right");
    refused(
        llama,
        Map.of("input_ids", ids(1, 2, 1, 2), "attention_mask", ids(2, 1, 1, 1)),
        "tensor attention_mask must be I64[1, 2]");
    refused(
        GOLDEN.resolve("bert"),
        Map.of("input_ids", ids(1, 2000, new long[2000])),
        "rows of input_ids have 2000 ids");
  }

  private void refused(Path model, Map<String, HostTensor> inputs, String message) {
    assertThatThrownBy(() -> logits(model, null, inputs))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("inputs.safetensors: ")
        .hasMessageContaining(message);
  }

  @Test
  void aModelWithoutAHeadIsRefused() throws IOException {
    Tiny tiny = new Tiny(disk, 5);
    assertThatThrownBy(() -> logits(tiny.model(), null, Map.of()))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("has no classifier.bias, classifier.weight, and so no logits");
  }

  @ParameterizedTest
  @CsvSource({"optim/lora_qv/adapter_final, bert", "optim/lora_qv/adapter_final, llama_tied"})
  void anAdapterOfAnotherModelIsRefused(String adapter, String model) {
    assertThatThrownBy(() -> logits(GOLDEN.resolve(model), GOLDEN.resolve(adapter), Map.of()))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("does not fit the model at")
        .hasMessageContaining("fits no layer");
  }

  @Test
  void theJobWritesOnce() throws IOException {
    Path model = GOLDEN.resolve("llama_gqa");
    Path out = disk.resolve("out.safetensors");
    String[] args = {
      "--model", model.toString(),
      "--input", model.resolve("inputs.safetensors").toString(),
      "--out", out.toString()
    };
    StringWriter said = new StringWriter();
    assertThat(new CommandLine(new Logits()).setOut(new PrintWriter(said)).execute(args)).isZero();
    assertThat(said.toString()).startsWith("logits [3, 20, 419]").contains("out.safetensors");
    HostTensor expected = SafeTensors.map(model.resolve("outputs.safetensors")).get("logits");
    HostTensor mask = SafeTensors.map(model.resolve("inputs.safetensors")).get("attention_mask");
    assertThat(largest(SafeTensors.map(out).get("logits"), expected, mask)).isLessThan(1e-4);
    CommandLine again =
        new CommandLine(new Logits())
            .setExecutionExceptionHandler(
                (e, command, parsed) -> {
                  assertThat(e)
                      .isInstanceOf(WrongInput.class)
                      .hasMessageContaining("exists already");
                  return 2;
                });
    assertThat(again.execute(args)).isEqualTo(2);
  }
}
