package org.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.tributary.fixture.TestJson.JSON;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.batch.Example;
import org.tributary.batch.TextBatch;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.MiniLmImport;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.checkpoint.Store;
import org.tributary.client.ModelInputs;
import org.tributary.protocol.HostTensor;
import org.tributary.text.Tokenizer;
import org.tributary.torch.Torch;

/** A real pretrained encoder, imported from a Maven artifact, gives the reference embeddings. */
class MiniLmGoldenTest {
  private static final double TOLERANCE = 1e-4;
  private static final Path GOLDEN = Path.of(System.getProperty("golden"), "minilm_jar");
  @TempDir static Path disk;
  private static JsonNode golden;
  private static HostTensor expected;
  private static Architecture architecture;
  private static Tokenizer tokens;
  private static Model model;

  @BeforeAll
  static void importModel() throws IOException {
    Torch.prepareThread(1);
    golden = JSON.readTree(GOLDEN.resolve("golden.json").toFile());
    expected = SafeTensors.map(GOLDEN.resolve("outputs.safetensors")).get("mean_pooled_normalized");
    Store store = Store.of(new Configuration());
    org.apache.hadoop.fs.Path folder = store.path(disk.resolve("minilm").toString());
    MiniLmImport.run(store, folder);
    HuggingFaceFolder hub = HuggingFaceFolder.open(store, folder);
    Map<String, HostTensor> weights = new LinkedHashMap<>(hub.map(disk));
    architecture = Architectures.of(hub.config(), weights.keySet(), Pooling.MEAN);
    WeightNames.check(folder.toString(), architecture, shapes(weights));
    weights.keySet().retainAll(architecture.weights().keySet());
    model = new Model(architecture, weights, Map.of(), Device.cpu(), Precision.FLOAT32);
    tokens = Tokenizer.open(store, hub.tokenizer().orElseThrow());
  }

  private static Map<String, long[]> shapes(Map<String, HostTensor> weights) {
    Map<String, long[]> shapes = new LinkedHashMap<>();
    weights.forEach((name, t) -> shapes.put(name, t.shape()));
    return shapes;
  }

  @AfterAll
  static void close() {
    model.close();
    tokens.close();
  }

  private static List<String> texts() {
    List<String> texts = new ArrayList<>();
    golden.get("texts").forEach(t -> texts.add(t.get("text").asText()));
    return texts;
  }

  /** The mean over a row's tokens, divided by its length; texts side by side in one batch. */
  private static double[][] embeddings(List<String> texts) {
    Torch.prepareThread(1);
    List<Example> examples = texts.stream().map(text -> tokens.example(text, 0)).toList();
    try (NDManager manager = Torch.manager(Device.cpu())) {
      NDArray pooled =
          model
              .states(
                  manager,
                  List.of(),
                  ModelInputs.of(manager, TextBatch.of(examples, architecture.padToken())))
              .get("pooled");
      float[] flat = pooled.toFloatArray();
      int width = flat.length / texts.size();
      double[][] rows = new double[texts.size()][width];
      for (int i = 0; i < rows.length; i++) {
        double squares = 0;
        for (int j = 0; j < width; j++) {
          rows[i][j] = flat[i * width + j];
          squares += rows[i][j] * rows[i][j];
        }
        for (int j = 0; j < width; j++) {
          rows[i][j] /= Math.sqrt(squares);
        }
      }
      return rows;
    }
  }

  @Test
  void idsAreTheReferences() {
    for (JsonNode text : golden.get("texts")) {
      long[] ids = JSON.convertValue(text.get("ids"), long[].class);
      assertThat(tokens.ids(text.get("text").asText())).isEqualTo(ids);
    }
    assertThat(tokens.size()).isLessThanOrEqualTo((int) architecture.vocabulary());
  }

  @Test
  void embeddingsAreTheReferencesWhateverThePadding() {
    double[][] together = embeddings(texts());
    assertThat(expected.shape()).containsExactly(together.length, together[0].length);
    for (int i = 0; i < together.length; i++) {
      double[] alone = embeddings(texts().subList(i, i + 1))[0];
      for (int j = 0; j < together[i].length; j++) {
        double e = expected.floats().get(i * together[i].length + j);
        assertThat(together[i][j]).as("text %d [%d]", i, j).isCloseTo(e, within(TOLERANCE));
        assertThat(alone[j]).as("text %d [%d] alone", i, j).isCloseTo(e, within(TOLERANCE));
      }
    }
  }

  @Test
  void cosinesAreTheReferences() {
    double[][] rows = embeddings(texts());
    for (int i = 0; i < rows.length; i++) {
      for (int k = 0; k < rows.length; k++) {
        double cosine = 0;
        for (int j = 0; j < rows[i].length; j++) {
          cosine += rows[i][j] * rows[k][j];
        }
        assertThat(cosine)
            .as("texts %d and %d", i, k)
            .isCloseTo(golden.get("cosine").get(i).get(k).doubleValue(), within(TOLERANCE));
      }
    }
  }
}
