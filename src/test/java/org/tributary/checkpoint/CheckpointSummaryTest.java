package org.tributary.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.tributary.protocol.HostTensor;

/** The summary that is printed of a checkpoint. */
class CheckpointSummaryTest {
  @TempDir java.nio.file.Path disk;
  private final Store store = Store.of(new Configuration());

  private List<String> lines(Path path, int shown) throws IOException {
    CheckpointSummary summary = CheckpointSummary.of(store, path);
    List<String> lines = new ArrayList<>(summary.head());
    lines.addAll(summary.table(shown));
    return lines;
  }

  @Test
  void tellsOfAFile() throws IOException {
    Path file = store.path(disk.resolve("f.safetensors").toString());
    Map<String, HostTensor> tensors =
        Map.of(
            "layer.weight", HostTensor.of(new float[1200], 30, 40),
            "layer.bias", HostTensor.of(new float[30], 30),
            "z", HostTensor.of(new float[1]));
    store.commit(file, SafeTensors.content(tensors, Map.of("samples", "10")));
    assertThat(lines(file, 2))
        .containsExactly(
            "safetensors file " + file,
            "  tensors: 3, parameters: 1,231",
            "  F32: 4,924 bytes",
            "  metadata samples: 10",
            "  layer.bias    F32 [30]",
            "  layer.weight  F32 [30, 40]",
            "  and 1 more");
  }

  @Test
  void tellsOfAModel() throws IOException {
    Path folder = store.path(disk.resolve("model").toString());
    var config = Json.object().put("model_type", "bert");
    config.putArray("architectures").add("BertModel");
    HuggingFaceFolder.write(
        store, folder, config, Map.of("w", HostTensor.of(new float[2], 2)), Map.of());
    assertThat(lines(folder, 40))
        .containsExactly(
            "model folder " + folder,
            "  model_type: bert",
            "  architecture: BertModel",
            "  tokenizer: none",
            "  tensors: 1, parameters: 2",
            "  F32: 8 bytes",
            "  metadata format: pt",
            "  w  F32 [2]");
  }

  @Test
  void tellsOfAnAdapter() throws IOException {
    Path folder = store.path(disk.resolve("adapter").toString());
    new PeftAdapter(
            new PeftConfig(
                4,
                8,
                true,
                PeftConfig.Targets.of(List.of("query")),
                List.of("classifier"),
                Map.of(),
                Map.of(),
                false,
                "minilm",
                null,
                "SEQ_CLS"),
            Map.of(
                "query.lora_A.weight", HostTensor.of(new float[8], 4, 2),
                "query.lora_B.weight", HostTensor.of(new float[12], 3, 4)))
        .write(store, folder);
    assertThat(lines(folder, 40))
        .startsWith(
            "LoRA adapter " + folder,
            "  r: 4",
            "  lora_alpha: 8",
            "  scaling: 4 (rank-stabilised)",
            "  target modules: query",
            "  modules saved whole: classifier",
            "  base model: minilm",
            "  tensors: 2, parameters: 20");
  }

  @Test
  void refusesOtherFolders() throws IOException {
    assertThatThrownBy(() -> CheckpointSummary.of(store, store.path(disk.toString())))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("holds neither config.json nor adapter_config.json");
    assertThatThrownBy(() -> CheckpointSummary.of(store, store.path(disk + "/none")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("there is no such file");
  }
}
