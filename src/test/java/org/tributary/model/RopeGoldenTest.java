package org.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;
import static org.tributary.fixture.TestJson.JSON;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.tributary.torch.Program;
import org.tributary.torch.ProgramText;
import org.tributary.torch.Torch;

/** The frequencies of rotary positions are those of transformers, for each type of scaling. */
class RopeGoldenTest {

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

  private static JsonNode json(Path folder, String file) throws IOException {
    return JSON.readTree(folder.resolve(file).toFile());
  }

  private static Rope rope(String scaling, int head, int positions) throws IOException {
    String text = "{'rope_theta':10000.0,'rope_scaling':%s}".formatted(scaling);
    JsonNode config = JSON.readTree(text.replace('\'', '"'));
    return Rope.of(new ConfigJson(config), head, positions);
  }

  private static float[] frequencies(Rope rope, int head, long... lengths) {
    Map<String, Object> constants = new HashMap<>(rope.constants());
    constants.put("head", head);
    String text =
        ProgramText.fill(ProgramText.of(Rope.class, "rotary.py", rope.text()), constants) + CALL;
    try (Program program = Program.load(text, Device.cpu());
        NDManager manager = Torch.manager(Device.cpu())) {
      NDArray rows = manager.create(lengths, new Shape(lengths.length, 1));
      return program.infer(manager, "frequencies", List.of(rows)).get("frequencies").toFloatArray();
    }
  }

  /** Cases that give the frequencies, in both layouts of their configuration. */
  @TestFactory
  List<DynamicTest> frequenciesAreThoseOfTransformers() throws IOException {
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> all = Files.list(Path.of(System.getProperty("golden")))) {
      for (Path folder : all.sorted().toList()) {
        if (Files.exists(folder.resolve("golden.json"))
            && json(folder, "golden.json").has("frequencies")) {
          for (String file : List.of("config.json", "config.v5.json")) {
            tests.add(
                DynamicTest.dynamicTest(
                    folder.getFileName() + " " + file, () -> frequenciesOf(folder, file)));
          }
        }
      }
    }
    return tests;
  }

  private static void frequenciesOf(Path folder, String file) throws IOException {
    JsonNode config = json(folder, file);
    int head =
        config
            .path("head_dim")
            .asInt(config.get("hidden_size").asInt() / config.get("num_attention_heads").asInt());
    Rope rope =
        Rope.of(new ConfigJson(config), head, config.get("max_position_embeddings").asInt());
    JsonNode lengths = json(folder, "golden.json").get("frequencies");
    assertThat(lengths).isNotEmpty();
    for (JsonNode golden : lengths) {
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
    Rope rope = rope("{'type':'dynamic','factor':2.0}", 16, 16);
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
    assertThat(rope("{'type':'linear','factor':2.5}", 16, 16).positions()).isEqualTo(40);
    assertThat(rope("{'type':'dynamic','factor':2.0}", 16, 16).positions()).isEqualTo(32);
    String llama3 =
        "{'rope_type':'llama3','factor':8.0,'high_freq_factor':4.0,'low_freq_factor':1.0,"
            + "'original_max_position_embeddings':64}";
    assertThat(rope(llama3, 32, 128).positions()).isEqualTo(128);
  }
}
