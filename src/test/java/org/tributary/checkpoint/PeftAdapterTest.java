package org.tributary.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.error.WrongInput;
import org.tributary.protocol.HostTensor;

/** Adapter folders: written, read and refused. */
class PeftAdapterTest {
  private static final String QUERY = "encoder.layer.0.attention.self.query";

  @TempDir java.nio.file.Path disk;
  private final Store store = Store.of(new Configuration());
  private Path folder;

  @BeforeEach
  void name() throws IOException {
    folder = store.path(disk.resolve("adapter").toString());
  }

  private static PeftAdapter.Config config(int rank, double alpha, boolean rslora) {
    return new PeftAdapter.Config(
        rank, alpha, rslora, List.of("value", "query"), List.of("classifier"), "base", "SEQ_CLS");
  }

  private static Map<String, HostTensor> tensors() {
    Map<String, HostTensor> tensors = new TreeMap<>();
    tensors.put(QUERY + PeftAdapter.LORA_A, HostTensor.of(new float[6], 2, 3));
    tensors.put(QUERY + PeftAdapter.LORA_B, HostTensor.of(new float[8], 4, 2));
    tensors.put("classifier.weight", HostTensor.of(new float[3], 1, 3));
    tensors.put("classifier.bias", HostTensor.of(new float[1], 1));
    return tensors;
  }

  @Test
  void whatIsWrittenIsRead() throws IOException {
    PeftAdapter adapter = new PeftAdapter(config(2, 8, false), tensors());
    assertThat(adapter.write(store, folder)).isTrue();
    assertThat(adapter.write(store, folder)).isFalse();
    assertThat(PeftAdapter.read(store, folder)).isEqualTo(adapter);
    assertThat(SafeTensors.map(disk.resolve("adapter/adapter_model.safetensors")).keySet())
        .containsExactly(
            "base_model.model.classifier.bias",
            "base_model.model.classifier.weight",
            "base_model.model." + QUERY + ".lora_A.weight",
            "base_model.model." + QUERY + ".lora_B.weight");
  }

  @Test
  void writesTheKeysThatPeftReads() throws IOException {
    new PeftAdapter(config(2, 8, true), tensors()).write(store, folder);
    JsonNode json =
        new ObjectMapper().readTree(disk.resolve("adapter/adapter_config.json").toFile());
    JsonNode expected =
        new ObjectMapper()
            .readTree(
                """
                {"alpha_pattern": {}, "auto_mapping": null, "base_model_name_or_path": "base",
                 "bias": "none", "fan_in_fan_out": false, "inference_mode": true,
                 "init_lora_weights": true, "layers_pattern": null, "layers_to_transform": null,
                 "lora_alpha": 8, "lora_dropout": 0.0, "modules_to_save": ["classifier"],
                 "peft_type": "LORA", "r": 2, "rank_pattern": {}, "revision": null,
                 "target_modules": ["query", "value"], "task_type": "SEQ_CLS",
                 "use_dora": false, "use_rslora": true}""");
    assertThat(json).isEqualTo(expected);
  }

  @Test
  void scalesByRankOrItsRoot() {
    assertThat(config(4, 8, false).scaling()).isEqualTo(2);
    assertThat(config(4, 8, true).scaling()).isEqualTo(4);
  }

  @Test
  void neverWritesWhatPeftCouldNotRead() {
    Map<String, HostTensor> tensors = tensors();
    tensors.remove(QUERY + PeftAdapter.LORA_B);
    tensors.put("pooler.weight", HostTensor.of(new float[1], 1));
    assertThatThrownBy(() -> new PeftAdapter(config(3, 8, false), tensors).write(store, folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(QUERY + ".lora_A.weight is there without")
        .hasMessageContaining("has shape [2, 3], r is 3")
        .hasMessageContaining("pooler.weight is neither");
    assertThat(disk.resolve("adapter")).doesNotExist();
  }

  @Test
  void refusesOtherKindsOfAdapters() throws IOException {
    refuses("adapter_config.json: there is no such file");
    put("adapter_config.json", "{\"peft_type\":\"IA3\",\"use_dora\":true,\"r\":0}");
    refuses(
        "peft_type is \"IA3\"",
        "use_dora is true",
        "r is 0",
        "lora_alpha is",
        "target_modules is",
        "only plain LoRA");
  }

  @Test
  void refusesTensorsThatDoNotFitTheConfiguration() throws IOException {
    put(
        "adapter_config.json",
        "{\"peft_type\":\"LORA\",\"r\":4,\"lora_alpha\":8,\"target_modules\":[\"query\"]}");
    refuses("adapter_model.safetensors: there is no such file");
    Map<String, HostTensor> tensors = new TreeMap<>();
    tensors.put("query.lora_A.weight", HostTensor.of(new float[4], 4, 1));
    tensors.put("base_model.model.query.lora_A.weight", HostTensor.of(new float[6], 2, 3));
    store.commit(
        new Path(folder, "adapter_model.safetensors"), SafeTensors.content(tensors, Map.of()));
    refuses(
        "tensor query.lora_A.weight does not begin with base_model.model.",
        "is there without query.lora_B.weight",
        "has shape [2, 3], r is 4");
  }

  private void refuses(String... parts) {
    assertThatThrownBy(() -> PeftAdapter.read(store, folder))
        .isInstanceOf(WrongInput.class)
        .hasMessageContainingAll(parts);
  }

  private void put(String name, String text) throws IOException {
    Files.createDirectories(disk.resolve("adapter"));
    Files.writeString(disk.resolve("adapter").resolve(name), text);
  }
}
