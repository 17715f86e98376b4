package org.tributary.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/** Model folders are written, read, staged and refused. */
class HuggingFaceFolderTest {
  private static final Map<String, HostTensor> WEIGHTS =
      Map.of(
          "a.weight", HostTensor.of(new float[] {1, 2, 3, 4}, 2, 2),
          "a.bias", HostTensor.of(new float[] {5, 6}, 2));
  private static final Map<String, byte[]> TOKENIZER =
      Map.of("tokenizer.json", "{}".getBytes(UTF_8));

  @TempDir java.nio.file.Path disk;
  private Store store;
  private Path folder;
  private final ObjectNode config = Json.object().put("model_type", "bert");

  @BeforeEach
  void configure() throws IOException {
    Configuration hadoop = new Configuration();
    FakeObjectStore.set(hadoop, FakeObjectStore.class, disk);
    store = Store.of(hadoop);
    folder = store.path(disk.resolve("model").toString());
  }

  private boolean write() throws IOException {
    return HuggingFaceFolder.write(store, folder, config, WEIGHTS, TOKENIZER);
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    assertThat(write()).isTrue();
    HuggingFaceFolder model = HuggingFaceFolder.open(store, folder);
    assertThat(model.config()).isEqualTo(config);
    assertThat(model.weights()).isEqualTo(WEIGHTS);
    assertThat(model.map(disk.resolve("unused"))).isEqualTo(WEIGHTS);
    assertThat(model.local(disk.resolve("unused")))
        .containsExactly(disk.resolve("model/model.safetensors"));
    assertThat(disk.resolve("unused")).doesNotExist();
    assertThat(model.tokenizer()).contains(new Path(folder, "tokenizer.json"));
    assertThat(SafeTensors.read(store, new Path(folder, "model.safetensors")).metadata())
        .containsExactly(Map.entry("format", "pt"));
    assertThat(disk.resolve("model/config.json")).hasContent("{\n  \"model_type\" : \"bert\"\n}\n");
  }

  @Test
  void writingAgainCompletesButNeverReplaces() throws IOException {
    write();
    assertThat(write()).isFalse();
    Files.delete(disk.resolve("model/config.json"));
    assertThat(write()).isTrue();
    Files.delete(disk.resolve("model/config.json"));
    assertThatThrownBy(() -> HuggingFaceFolder.write(store, folder, config, Map.of(), TOKENIZER))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("model: already holds another model.safetensors")
        .hasMessageContaining("choose another folder");
    assertThat(disk.resolve("model/config.json")).as("nothing was written").doesNotExist();
  }

  @Test
  void hashFollowsEveryFile() throws IOException {
    write();
    String before = HuggingFaceFolder.open(store, folder).hash();
    Files.writeString(disk.resolve("model/README.md"), "no part of the model");
    assertThat(HuggingFaceFolder.open(store, folder).hash()).isEqualTo(before).hasSize(64);
    for (String name : List.of("config.json", "tokenizer.json")) {
      Files.writeString(disk.resolve("model").resolve(name), "{\"changed\":1}");
      String after = HuggingFaceFolder.open(store, folder).hash();
      assertThat(after).isNotEqualTo(before);
      before = after;
    }
  }

  @Test
  void remoteWeightsAreStagedOnce() throws IOException {
    write();
    Path remote = store.path("s3a://bucket/model");
    java.nio.file.Path staging = disk.resolve("staging");
    HuggingFaceFolder model = HuggingFaceFolder.open(store, remote);
    assertThat(model.map(staging)).isEqualTo(WEIGHTS);
    java.nio.file.Path copy = model.local(staging).get(0);
    assertThat(copy).hasParent(staging);
    assertThat(copy.getFileName().toString()).endsWith("-model.safetensors");
    Object inode = Files.getAttribute(copy, "unix:ino");
    assertThat(model.local(staging)).containsExactly(copy);
    assertThat(Files.getAttribute(copy, "unix:ino")).isEqualTo(inode);

    java.nio.file.Path origin = disk.resolve("model/model.safetensors");
    Files.setLastModifiedTime(origin, java.nio.file.attribute.FileTime.fromMillis(1_000));
    assertThat(model.local(staging)).as("another version").doesNotContain(copy);
  }

  @Test
  void readsSeveralFilesThroughTheirIndex() throws IOException {
    shard("model-00001-of-00002.safetensors", "a.weight");
    shard("model-00002-of-00002.safetensors", "a.bias");
    put("config.json", "{}");
    put(
        HuggingFaceFolder.INDEX,
        "{\"weight_map\":{\"a.weight\":\"model-00001-of-00002.safetensors\","
            + "\"a.bias\":\"model-00002-of-00002.safetensors\"}}");
    HuggingFaceFolder model = HuggingFaceFolder.open(store, folder);
    assertThat(model.weights()).isEqualTo(WEIGHTS);
    assertThat(model.map(disk)).isEqualTo(WEIGHTS);
    assertThat(CheckpointSummary.of(store, folder).head()).contains("  tensors: 2, parameters: 6");

    Files.delete(disk.resolve("model/model-00002-of-00002.safetensors"));
    refuses("index.json: lists files that are not there: model-00002-of-00002.safetensors");
    shard("model-00002-of-00002.safetensors", "a.weight");
    assertThatThrownBy(() -> HuggingFaceFolder.open(store, folder).weights())
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("tensor a.weight is in another file");
    assertThatThrownBy(() -> HuggingFaceFolder.open(store, folder).tensors())
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("its weight files do not fit together")
        .hasMessageContaining(
            "tensor a.weight is in model-00001-of-00002.safetensors and in model-00002-of-00002")
        .hasMessageContaining("tensor a.bias is not in model-00002-of-00002.safetensors, as");
  }

  @Test
  void indexAndFilesNameTheSameTensors() throws IOException {
    put("config.json", "{}");
    shard("model-00001-of-00002.safetensors", "a.weight");
    shard("model-00002-of-00002.safetensors", "a.bias");
    put(
        HuggingFaceFolder.INDEX,
        "{\"weight_map\":{\"a.bias\":\"model-00001-of-00002.safetensors\","
            + "\"more\":\"model-00002-of-00002.safetensors\"}}");
    assertThatThrownBy(() -> HuggingFaceFolder.open(store, folder).tensors())
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("tensor a.weight is in model-00001")
        .hasMessageContaining("but the index does not name it")
        .hasMessageContaining("tensor a.bias is in model-00002-of-00002.safetensors, not in model")
        .hasMessageContaining("tensor more is not in model-00002-of-00002.safetensors");
  }

  @Test
  void numbersThatAreNoneAreNamed() throws IOException {
    Map<String, HostTensor> weights = new TreeMap<>(WEIGHTS);
    for (int i = 0; i < 12; i++) {
      weights.put("bad." + i, HostTensor.of(new float[] {1, Float.NaN}, 2));
    }
    weights.put("half", HostTensor.of(new float[] {1e6f}, 1).to(DType.F16));
    weights.put("unused", HostTensor.of(new float[] {Float.NaN}, 1));
    HuggingFaceFolder.write(store, folder, config, weights, Map.of());
    HuggingFaceFolder model = HuggingFaceFolder.open(store, folder);
    model.checkFinite(WEIGHTS.keySet());
    assertThatThrownBy(() -> model.checkFinite(Set.of("half", "a.bias")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("not finite numbers")
        .hasMessageContaining("tensor half of model.safetensors")
        .hasMessageNotContaining("a.bias");
    weights.remove("unused");
    assertThatThrownBy(() -> model.checkFinite(weights.keySet()))
        .hasMessageContaining("tensor bad.0 of")
        .hasMessageEndingWith("and 3 more");
    assertThat(model.tensor("half").dtype()).isEqualTo(DType.F16);
    assertThatThrownBy(() -> model.tensor("none")).hasMessageContaining("has no tensor none");
  }

  @Test
  void refusesWhatIsNoModel() throws IOException {
    refuses("config.json: there is no such file: name the folder of a model");
    put("config.json", "{");
    refuses("config.json: is not valid JSON");
    put("config.json", "[]");
    refuses("config.json: holds no JSON object");
    put("config.json", "{}");
    refuses("model: has no model.safetensors: name a folder");
    put(HuggingFaceFolder.INDEX, "{}");
    refuses("its weight_map names no file");
    Files.delete(disk.resolve("model").resolve(HuggingFaceFolder.INDEX));
    put("adapter_model.safetensors", "");
    refuses("is an adapter, no model");
    put("pytorch_model.bin.index.json", "{}");
    refuses("pytorch_model.bin.index.json: its weight_map names no file");
    Files.delete(disk.resolve("model").resolve("pytorch_model.bin.index.json"));
    put("model.pth", "");
    refuses("model.pth, a pickle");
    refuses("where CLASS is what architectures in config.json says");
    put(HuggingFaceFolder.INDEX, "{\"weight_map\":{\"a\":\"pytorch_model-00001-of-00002.bin\"}}");
    refuses("pytorch_model-00001-of-00002.bin, a pickle");
  }

  private void refuses(String part) {
    assertThatThrownBy(() -> HuggingFaceFolder.open(store, folder))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(part);
  }

  private void shard(String name, String tensor) throws IOException {
    store.commit(
        new Path(folder, name), SafeTensors.content(Map.of(tensor, WEIGHTS.get(tensor)), Map.of()));
  }

  private void put(String name, String text) throws IOException {
    Files.createDirectories(disk.resolve("model"));
    Files.writeString(disk.resolve("model").resolve(name), text);
  }
}
