package org.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tributary.checkpoint.HeadConfig;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;

/**
 * Names and sizes of a folder of Gemma 3 with a vision tower; {@link ModelGoldenTest} checks what
 * it computes.
 */
class Gemma3FolderTest {
  private ObjectNode config;
  private final Map<String, long[]> shapes = new HashMap<>();

  @BeforeEach
  void read() throws IOException {
    Path folder = GoldenCases.of("gemma3_folder");
    config = (ObjectNode) JSON.readTree(folder.resolve("config.json").toFile());
    SafeTensors.map(folder.resolve("model.safetensors"))
        .forEach((name, tensor) -> shapes.put(name, tensor.shape()));
  }

  private Architecture architecture(Set<String> names, Pooling pooling) {
    return Architectures.of(config, names, pooling);
  }

  private ObjectNode text() {
    return (ObjectNode) config.get("text_config");
  }

  /** The names of the modules in memory, as peft and some checkpoints have them. */
  private static String inMemory(String name) {
    return name.startsWith("language_model.model.")
        ? name.replaceFirst("language_model.model.", "model.language_model.")
        : "model." + name;
  }

  @Test
  void bothWaysToNameTheWeightsAreRead() {
    Architecture hub = architecture(shapes.keySet(), null);
    WeightNames.check("here", hub, shapes);
    Map<String, long[]> renamed = new HashMap<>();
    shapes.forEach((name, shape) -> renamed.put(inMemory(name), shape));
    Architecture memory = architecture(renamed.keySet(), null);
    WeightNames.check("here", memory, renamed);
    assertThat(memory.weights().keySet())
        .containsExactlyElementsOf(
            hub.weights().keySet().stream().map(Gemma3FolderTest::inMemory).toList());
    assertThat(memory.program())
        .contains("model.language_model.")
        .doesNotContain("language_model.model.");
    assertThat(hub.linearLayers().keySet())
        .as("no layer of the vision tower gets an adapter")
        .hasSize(21)
        .allMatch(layer -> layer.startsWith("language_model.model.layers."));
  }

  @Test
  void aPartThatIsNoVisionTowerIsUnknown() {
    shapes.put("audio_tower.weight", new long[] {2});
    Architecture hub = architecture(shapes.keySet(), null);
    assertThatThrownBy(() -> WeightNames.check("here", hub, shapes))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("tensor audio_tower.weight is in the checkpoint");
  }

  @Test
  void peftHasTheNamesInMemory() {
    Architecture hub = architecture(shapes.keySet(), null);
    for (String name : hub.weights().keySet()) {
      assertThat(hub.nameInPeft(name)).isEqualTo(inMemory(name));
      assertThat(hub.nameFromPeft(inMemory(name))).isEqualTo(name);
      assertThat(hub.nameFromPeft(name)).as("an earlier adapter").isEqualTo(name);
    }
    Architecture alone =
        Architectures.of(text(), new TreeSet<>(Set.of("model.embed_tokens.weight")), null);
    for (String name : alone.weights().keySet()) {
      assertThat(alone.nameInPeft(name)).isEqualTo(name);
    }
  }

  @Test
  void aHeadThatIsNotTiedHasTheNameOfItsLayout() {
    text().put("tie_word_embeddings", false);
    assertThatThrownBy(() -> architecture(shapes.keySet(), null))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("tie_word_embeddings true is not supported; supported: false");
    config.put("tie_word_embeddings", false);
    Architecture hub = architecture(shapes.keySet(), null);
    assertThat(hub.weights()).containsKey("language_model.lm_head.weight");
    assertThat(hub.nameInPeft("language_model.lm_head.weight")).isEqualTo("lm_head.weight");
    assertThat(hub.nameFromPeft("lm_head.weight")).isEqualTo("language_model.lm_head.weight");
    Architecture memory = architecture(Set.of("model.language_model.embed_tokens.weight"), null);
    assertThat(memory.weights()).containsKey("lm_head.weight");
  }

  @Test
  void aClassifierReplacesTheHead() {
    Architecture classes = architecture(shapes.keySet(), Pooling.LAST);
    assertThat(classes.task()).isEqualTo(ModelTask.CLASSIFICATION);
    assertThat(classes.head(3).get("score.weight")).containsExactly(3, 32);
    HeadConfig.put(config, Arrays.asList("a", "b"), classes.headedClass());
    assertThat(config.at("/architectures/0").asText()).isEqualTo("Gemma3ForSequenceClassification");
    assertThat(config.at("/id2label/1").asText()).isEqualTo("b");
  }

  /** The published 4B model leaves out what its class in transformers knows. */
  @Test
  void sizesThatTheTextConfigLeavesOutAreThoseOfTheClass() throws IOException {
    config.set(
        "text_config",
        JSON.readTree(
            """
            {"hidden_size": 2560, "intermediate_size": 10240, "model_type": "gemma3_text",
             "num_hidden_layers": 34, "rope_scaling": {"factor": 8.0, "rope_type": "linear"},
             "sliding_window": 1024}
            """));
    config.remove("tie_word_embeddings");
    Set<String> names = new TreeSet<>();
    for (int i = 0; i < 40; i++) {
      names.add("language_model.model.layers." + i);
    }
    Map<String, long[]> weights = architecture(names, null).weights();
    String block = "language_model.model.layers.33.self_attn.";
    assertThat(weights.get("language_model.model.embed_tokens.weight"))
        .containsExactly(262208, 2560);
    assertThat(weights.get(block + "q_proj.weight")).containsExactly(2048, 2560);
    assertThat(weights.get(block + "k_proj.weight")).containsExactly(1024, 2560);
    assertThat(weights).doesNotContainKey("language_model.lm_head.weight");
  }

  @Test
  void problemsNameTheirPartOfTheFile() {
    text().put("hidden_size", -1);
    assertThatThrownBy(() -> architecture(shapes.keySet(), null))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("text_config.hidden_size must be a whole number above 0");
    config.remove("text_config");
    assertThatThrownBy(() -> architecture(shapes.keySet(), null))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("text_config must be an object");
  }
}
