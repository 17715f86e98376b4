package org.tributary.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;
import org.tributary.json.Json;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/** Rewritten model folders: what did not change has the same bytes in the same place. */
class ModelEditTest {
  private static final Path GOLDEN = GoldenCases.of("");
  private static final String FIRST = "model-00001-of-00002.safetensors";
  private static final String SECOND = "model-00002-of-00002.safetensors";

  @TempDir Path disk;
  private final Store store = Store.of(new Configuration());
  private Path base;
  private Path target;

  @BeforeEach
  void name() throws IOException {
    base = Files.createDirectories(disk.resolve("base"));
    target = disk.resolve("target");
  }

  private HuggingFaceFolder open(Path folder) throws IOException {
    return HuggingFaceFolder.open(store, store.path(folder.toString()));
  }

  private boolean write(ModelEdit edit) throws IOException {
    return edit.write(store, open(base), store.path(target.toString()));
  }

  /** Two shards of one type, with a buffer that is not a number. */
  private Map<String, HostTensor> shards(DType type) throws IOException {
    Map<String, HostTensor> all = new TreeMap<>();
    all.put("a.weight", HostTensor.of(new float[] {1, -2.5f, 3, 1e-3f}, 2, 2).to(type));
    all.put("b.weight", HostTensor.of(new float[] {5, 6, 0.3f}, 3).to(type));
    all.put("ids", new HostTensor(DType.I64, new long[] {0}, java.nio.ByteBuffer.allocate(0)));
    put(FIRST, Map.of("a.weight", all.get("a.weight")));
    put(SECOND, Map.of("b.weight", all.get("b.weight"), "ids", all.get("ids")));
    long bytes = 7L * type.bytes();
    Files.writeString(
        base.resolve(HuggingFaceFolder.INDEX),
        """
        {
          "metadata" : {
            "total_parameters" : 7,
            "total_size" : %d
          },
          "weight_map" : {
            "a.weight" : "%s",
            "b.weight" : "%s",
            "ids" : "%s"
          }
        }
        """
            .formatted(bytes, FIRST, SECOND, SECOND));
    Files.writeString(base.resolve("config.json"), "{\"dtype\":   \"%s\"}".formatted(type));
    return all;
  }

  private void put(String file, Map<String, HostTensor> tensors) throws IOException {
    store.commit(
        store.path(base.resolve(file).toString()),
        SafeTensors.content(tensors, Map.of("format", "pt")));
  }

  @TestFactory
  List<DynamicTest> everyGoldenModelComesBackByteByByte() throws IOException {
    try (Stream<Path> all = Files.walk(GOLDEN)) {
      List<Path> models =
          all.filter(file -> file.endsWith(HuggingFaceFolder.WEIGHTS))
              .map(Path::getParent)
              .filter(folder -> Files.exists(folder.resolve("config.json")))
              .sorted()
              .toList();
      assertThat(models).hasSizeGreaterThanOrEqualTo(3);
      return models.stream()
          .map(
              folder ->
                  DynamicTest.dynamicTest(GOLDEN.relativize(folder).toString(), () -> same(folder)))
          .toList();
    }
  }

  private void same(Path golden) throws IOException {
    Path copy = disk.resolve(GOLDEN.relativize(golden).toString().replace('/', '-'));
    ModelEdit.none().write(store, open(golden), store.path(copy.toString()));
    assertThat(open(copy).weights()).isEqualTo(open(golden).weights());
    assertThat(
            Files.mismatch(golden.resolve("model.safetensors"), copy.resolve("model.safetensors")))
        .as("safetensors' own bytes")
        .isEqualTo(-1);
    assertThat(Files.mismatch(golden.resolve("config.json"), copy.resolve("config.json")))
        .isEqualTo(-1);
    try (Stream<Path> files = Files.list(copy)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .isSubsetOf(
              "config.json", "model.safetensors", "tokenizer.json", "preprocessor_config.json");
    }
    assertThat(Files.exists(copy.resolve("tokenizer.json")))
        .isEqualTo(Files.exists(golden.resolve("tokenizer.json")));
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void shardsKeepTheirTensorsTypesAndIndex(DType type) throws IOException {
    Map<String, HostTensor> before = shards(type);
    assertThat(write(ModelEdit.none())).isTrue();
    assertThat(write(ModelEdit.none())).as("again").isFalse();
    assertThat(open(target).weights()).isEqualTo(before);
    for (String file : List.of(FIRST, SECOND, "config.json", HuggingFaceFolder.INDEX)) {
      assertThat(Files.mismatch(base.resolve(file), target.resolve(file))).as(file).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F32", "F16", "BF16"})
  void newValuesTakeTheTypeThatWasThere(DType type) throws IOException {
    Map<String, HostTensor> before = shards(type);
    HostTensor trained = HostTensor.of(new float[] {0.1f, 1 / 3f, 7, -9}, 2, 2);
    HostTensor head = HostTensor.of(new float[] {0.7f, 0.1f}, 2, 1);
    ObjectNode config = Json.object().put("changed", true);
    write(
        new ModelEdit(
            config,
            name -> "m." + name,
            Map.of("a.weight", was -> trained),
            Map.of("head.weight", head)));
    HuggingFaceFolder after = open(target);
    assertThat(after.config()).isEqualTo(config);
    assertThat(after.weights())
        .containsOnlyKeys("m.a.weight", "m.b.weight", "m.ids", "head.weight")
        .containsEntry("m.a.weight", trained.to(type))
        .containsEntry("m.b.weight", before.get("b.weight"))
        .containsEntry("m.ids", before.get("ids"))
        .containsEntry("head.weight", head);
    assertThat(SafeTensors.map(target.resolve(FIRST))).containsOnlyKeys("m.a.weight");
    JsonNode index = JSON.readTree(target.resolve(HuggingFaceFolder.INDEX).toFile());
    assertThat(index.path("metadata").path("total_size").asLong()).isEqualTo(7L * type.bytes() + 8);
    assertThat(index.path("metadata").path("total_parameters").asLong()).isEqualTo(9);
    assertThat(index.path("weight_map").path("head.weight").asText()).isEqualTo(SECOND);
    assertThat(after.tensors()).as("index and files agree").hasSize(4);
  }

  @Test
  void tensorsLargerThanAPieceAreStreamed() throws IOException {
    float[] values = new float[(1 << 20) + 3];
    for (int i = 0; i < values.length; i++) {
      values[i] = i;
    }
    put("model.safetensors", Map.of("large", HostTensor.of(values, values.length)));
    Files.writeString(base.resolve("config.json"), "{}");
    write(ModelEdit.none());
    assertThat(
            Files.mismatch(base.resolve("model.safetensors"), target.resolve("model.safetensors")))
        .isEqualTo(-1);
  }

  @Test
  void whatALoaderNeedsComesAlong() throws IOException {
    shards(DType.F32);
    List<String> wanted =
        List.of(
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "generation_config.json",
            "preprocessor_config.json",
            "vocab.txt",
            "merges.txt",
            "chat_template.jinja",
            "tokenizer.model",
            "spiece.model");
    for (String name : wanted) {
      Files.writeString(base.resolve(name), name);
    }
    for (String name : List.of("README.md", "LICENSE", "pytorch_model.bin", "training_args.bin")) {
      Files.writeString(base.resolve(name), name);
    }
    write(ModelEdit.none());
    for (String name : wanted) {
      assertThat(target.resolve(name)).hasContent(name);
    }
    try (Stream<Path> files = Files.list(target)) {
      assertThat(files).hasSize(wanted.size() + 4);
    }
  }

  @Test
  void whatCannotBeWrittenLeavesNothing() throws IOException {
    shards(DType.F32);
    HostTensor one = HostTensor.of(new float[1], 1);
    refuses(Map.of("none", was -> one), Map.of(), "none");
    refuses(Map.of("a.weight", was -> one), Map.of(), "a.weight is F32[2, 2] and cannot become");
    refuses(Map.of(), Map.of("a.weight", one), "tensor name taken: a.weight");
    Files.createDirectories(target);
    Files.writeString(target.resolve("config.json"), "{}");
    assertThatThrownBy(() -> write(ModelEdit.none()))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("already holds another config.json");
    assertThat(target.resolve(FIRST)).doesNotExist();
  }

  private void refuses(
      Map<String, ModelEdit.Change> changed, Map<String, HostTensor> added, String part) {
    ModelEdit edit = new ModelEdit(null, UnaryOperator.identity(), changed, added);
    assertThatThrownBy(() -> write(edit))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(part);
    assertThat(target.resolve("config.json")).doesNotExist();
    assertThat(target.resolve(FIRST)).doesNotExist();
  }
}
