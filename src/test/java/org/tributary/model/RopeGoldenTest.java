package org.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.torch.Program;
import org.tributary.torch.Text;
import org.tributary.torch.Torch;

/** The frequencies of rotary positions are those of transformers, for each type of scaling. */
class RopeGoldenTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String CALL =
      """
      class Program(Module):
        __parameters__ = []
        __buffers__ = []
        training : bool

        def frequencies(self: __torch__.Program, lengths: Tensor) -> Dict[str, Tensor]:
          out = annotate(Dict[str, Tensor], {})
          out["frequencies"] = __torch__.frequencies(lengths)
          return out
      """;

  @BeforeAll
  static void prepare() {
    Torch.prepareThread(1);
  }

  private static JsonNode read(String type, String file) throws IOException {
    return JSON.readTree(
        Path.of(System.getProperty("golden"), "llama_rope_" + type, file).toFile());
  }

  private static float[] frequencies(Rope rope, int head, long... lengths) {
    Map<String, Object> constants = new HashMap<>(rope.constants());
    constants.put("head", head);
    String text = Text.fill(Text.of(Rope.class, "rotary.py", rope.text()), constants) + CALL;
    try (Program program = Program.load(text, Device.cpu());
        NDManager manager = Torch.manager(Device.cpu())) {
      NDArray rows = manager.create(lengths, new Shape(lengths.length, 1));
      return program.infer(manager, "frequencies", List.of(rows)).get("frequencies").toFloatArray();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "linear, 16, config.json", "linear, 16, config.v5.json",
    "dynamic, 16, config.json", "dynamic, 16, config.v5.json",
    "llama3, 32, config.json", "llama3, 32, config.v5.json"
  })
  void frequenciesAreThoseOfTransformers(String type, int head, String file) throws IOException {
    JsonNode config = read(type, file);
    Rope rope =
        Rope.of(new ConfigJson(config), head, config.get("max_position_embeddings").asInt());
    assertThat(rope.type()).isEqualTo(type);
    for (JsonNode golden : read(type, "golden.json").get("frequencies")) {
      float[] found = frequencies(rope, head, golden.get("length").asLong());
      assertThat(found).hasSize(head / 2).hasSize(golden.get("values").size());
      for (int i = 0; i < found.length; i++) {
        double expected = golden.get("values").get(i).asDouble();
        assertThat((double) found[i])
            .as("length %s, frequency %d", golden.get("length"), i)
            .isCloseTo(expected, offset(2e-7 * expected));
      }
    }
  }

  @Test
  void aRowsFrequenciesAreItsOwn() throws IOException {
    Rope rope = Rope.of(new ConfigJson(read("dynamic", "config.json")), 16, 16);
    float[] together = frequencies(rope, 16, 13, 24, 17);
    float[] alone = frequencies(rope, 16, 24);
    float[] trained = frequencies(rope, 16, 16);
    for (int i = 0; i < 8; i++) {
      assertThat(together[i]).isEqualTo(trained[i]);
      assertThat(together[8 + i]).isEqualTo(alone[i]);
    }
    assertThat(alone[7]).isLessThan(together[16 + 7]);
    assertThat(together[16 + 7]).isLessThan(trained[7]);
  }

  @Test
  void scalingGivesPositionsBeyondTheTrainedOnes() throws IOException {
    assertThat(Rope.of(new ConfigJson(read("linear", "config.json")), 16, 16).positions())
        .isEqualTo(40);
    assertThat(Rope.of(new ConfigJson(read("dynamic", "config.json")), 16, 16).positions())
        .isEqualTo(32);
    assertThat(Rope.of(new ConfigJson(read("llama3", "config.json")), 32, 128).positions())
        .isEqualTo(128);
  }
}
