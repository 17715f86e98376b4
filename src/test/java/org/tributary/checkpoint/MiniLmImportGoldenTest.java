package org.tributary.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.error.WrongInput;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/** The import of MiniLM names every matrix as in the golden file, and writes the hub's folder. */
class MiniLmImportGoldenTest {
  @TempDir static java.nio.file.Path disk;
  private static final Store STORE = Store.of(new Configuration());
  private static OnnxGraph graph;
  private static Path folder;

  @BeforeAll
  static void importOnce() throws IOException {
    try (InputStream in = MiniLmImport.class.getResourceAsStream("/all-minilm-l6-v2.onnx")) {
      graph = OnnxGraph.read(in, "all-minilm-l6-v2.onnx");
    }
    folder = STORE.path(disk.resolve("minilm").toString());
    assertThat(MiniLmImport.run(STORE, folder)).isTrue();
  }

  private static Map<String, String> golden() throws IOException {
    java.nio.file.Path file =
        java.nio.file.Path.of(System.getProperty("golden"), "minilm_jar", "golden.json");
    Map<String, String> names = new HashMap<>();
    JSON.readTree(file.toFile())
        .get("matmul_weights")
        .fields()
        .forEachRemaining(name -> names.put(name.getKey(), name.getValue().asText()));
    return names;
  }

  @Test
  void namesTheAnonymousMatrices() throws IOException {
    assertThat(golden()).hasSize(36);
    assertThat(MiniLmImport.matrices(graph)).isEqualTo(golden());
  }

  @Test
  void writesTheHubsTensors() throws IOException {
    HuggingFaceFolder model = HuggingFaceFolder.open(STORE, folder);
    Map<String, HostTensor> weights = model.map(disk);
    assertThat(weights).hasSize(5 + 6 * 16 + 2);
    assertThat(weights.values()).allMatch(tensor -> tensor.dtype() == DType.F32);
    assertThat(weights.values().stream().mapToLong(HostTensor::elements).sum())
        .isEqualTo(22_713_216);
    for (var name : golden().entrySet()) {
      isTransposed(weights.get(name.getKey()), graph.initializers().get(name.getValue()));
    }
    assertThat(weights.get("encoder.layer.5.output.dense.weight").shape())
        .containsExactly(384, 1536);
    assertThat(weights.get("pooler.dense.weight"))
        .isEqualTo(graph.initializers().get("pooler.dense.weight"));
  }

  private static void isTransposed(HostTensor ours, HostTensor matrix) {
    int rows = (int) matrix.shape()[0];
    int columns = (int) matrix.shape()[1];
    assertThat(ours.shape()).containsExactly(columns, rows);
    FloatBuffer from = matrix.floats();
    FloatBuffer to = ours.floats();
    int same = 0;
    for (int i = 0; i < rows * columns; i++) {
      same += to.get(i) == from.get(i % rows * columns + i / rows) ? 1 : 0;
    }
    assertThat(same).isEqualTo(rows * columns);
  }

  @Test
  void writesTheHubsConfiguration() throws IOException {
    JsonNode expected =
        JSON.readTree(
            """
                {"architectures": ["BertModel"], "attention_probs_dropout_prob": 0.1,
                 "classifier_dropout": null, "hidden_act": "gelu", "hidden_dropout_prob": 0.1,
                 "hidden_size": 384, "initializer_range": 0.02, "intermediate_size": 1536,
                 "layer_norm_eps": 1e-12, "max_position_embeddings": 512, "model_type": "bert",
                 "num_attention_heads": 12, "num_hidden_layers": 6, "pad_token_id": 0,
                 "position_embedding_type": "absolute", "torch_dtype": "float32",
                 "type_vocab_size": 2, "vocab_size": 30522}""");
    assertThat(JSON.readTree(disk.resolve("minilm/config.json").toFile())).isEqualTo(expected);
    assertThat(disk.resolve("minilm/tokenizer.json")).hasSize(711_661);
  }

  @Test
  void importsAgainWithoutChangeAndRefusesAnotherModel() throws IOException {
    assertThat(MiniLmImport.run(STORE, folder)).isFalse();
    java.nio.file.Path other = disk.resolve("other");
    Files.createDirectories(other);
    Files.writeString(other.resolve("config.json"), "{}");
    assertThatThrownBy(() -> MiniLmImport.run(STORE, STORE.path(other.toString())))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("other: already holds another config.json");
    assertThat(other.toFile().list()).containsExactly("config.json");
  }
}
