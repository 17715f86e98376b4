package org.tributary.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.protocol.HostTensor;

/** Adapters written by peft are read, and written back as peft would write them. */
class PeftAdapterGoldenTest {
  private static final Path GOLDEN = Path.of(System.getProperty("golden"));

  @TempDir Path disk;
  private final Store store = Store.of(new Configuration());

  @TestFactory
  List<DynamicTest> everyAdapter() throws IOException {
    try (Stream<Path> all = Files.walk(GOLDEN)) {
      List<DynamicTest> tests =
          all.filter(file -> file.endsWith(PeftAdapter.CONFIG))
              .map(Path::getParent)
              .sorted()
              .map(
                  folder ->
                      DynamicTest.dynamicTest(
                          GOLDEN.relativize(folder).toString(), () -> comesBack(folder)))
              .toList();
      assertThat(tests).as("adapters in " + GOLDEN).isNotEmpty();
      return tests;
    }
  }

  @TestFactory
  List<DynamicTest> everyMergedModel() throws IOException {
    try (Stream<Path> all = Files.walk(GOLDEN)) {
      List<DynamicTest> tests =
          all.filter(file -> file.endsWith("merged_targets.safetensors"))
              .map(Path::getParent)
              .sorted()
              .map(run -> DynamicTest.dynamicTest(run.getFileName().toString(), () -> merges(run)))
              .toList();
      assertThat(tests).as("merged adapters in " + GOLDEN).isNotEmpty();
      return tests;
    }
  }

  /** W + s B A as peft merged it, in float32; everything else is unchanged. */
  private void merges(Path run) throws IOException {
    Path target = disk.resolve("merged").resolve(run.getFileName());
    HuggingFaceFolder base =
        HuggingFaceFolder.open(store, store.path(GOLDEN.resolve("llama_gqa").toString()));
    PeftAdapter adapter =
        PeftAdapter.read(store, store.path(run.resolve("adapter_final").toString()));
    AdapterMerge.Done done =
        AdapterMerge.write(
            store, base, adapter, AdapterMerge.Family.UNKNOWN, store.path(target.toString()));
    Map<String, HostTensor> theirs = SafeTensors.map(run.resolve("merged_targets.safetensors"));
    assertThat(done.merged()).containsExactlyInAnyOrderElementsOf(theirs.keySet());
    Map<String, HostTensor> before = base.weights();
    SafeTensors.map(target.resolve(HuggingFaceFolder.WEIGHTS))
        .forEach(
            (name, tensor) -> {
              if (theirs.containsKey(name)) {
                assertThat(tensor).as(name).isNotEqualTo(before.get(name));
                assertThat(tensor.toFloats())
                    .as(name)
                    .containsExactly(theirs.get(name).toFloats(), Offset.offset(1e-6f));
              } else {
                assertThat(tensor).as(name).isEqualTo(before.get(name));
              }
            });
  }

  private void comesBack(Path folder) throws IOException {
    PeftAdapter adapter = PeftAdapter.read(store, store.path(folder.toString()));
    Path copy = disk.resolve(Integer.toHexString(folder.hashCode()));
    adapter.write(store, store.path(copy.toString()));
    assertThat(
            Files.mismatch(folder.resolve(PeftAdapter.WEIGHTS), copy.resolve(PeftAdapter.WEIGHTS)))
        .as("peft's bytes")
        .isEqualTo(-1);
    PeftAdapter again = PeftAdapter.read(store, store.path(copy.toString()));
    assertThat(again).isEqualTo(adapter);
    JsonNode theirs = JSON.readTree(folder.resolve(PeftAdapter.CONFIG).toFile());
    // If no task is named, peft stores a Python class: what to call, not what is computed.
    JsonNode ours =
        ((ObjectNode) JSON.readTree(copy.resolve(PeftAdapter.CONFIG).toFile()))
            .without("auto_mapping");
    ours.fields()
        .forEachRemaining(
            key ->
                assertThat(sorted(key.getValue()))
                    .as(key.getKey())
                    .isEqualTo(sorted(theirs.get(key.getKey()))));
  }

  /** peft's lists of modules are Python sets, which have no order. */
  private static Object sorted(JsonNode value) {
    if (value == null || !value.isArray()) {
      return value;
    }
    List<String> texts = new ArrayList<>();
    value.forEach(text -> texts.add(text.toString()));
    return texts.stream().sorted().toList();
  }
}
