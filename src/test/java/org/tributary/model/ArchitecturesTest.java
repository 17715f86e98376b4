package org.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;
import org.tributary.protocol.HostTensor;

/** A config.json becomes names and shapes, or a message that lists every error in it. */
class ArchitecturesTest {
  private static final Path BERT = GoldenCases.of("bert");
  private static final Set<String> NAMES = Set.of("bert.embeddings.word_embeddings.weight");
  private ObjectNode config;

  @BeforeEach
  void read() throws IOException {
    config = (ObjectNode) JSON.readTree(BERT.resolve("config.json").toFile());
  }

  private Architecture of(Set<String> names, Pooling pooling) {
    return Architectures.of(config, names, pooling);
  }

  @Test
  void namesAndShapesAreTheCheckpoints() throws IOException {
    Map<String, HostTensor> checkpoint = SafeTensors.map(BERT.resolve("model.safetensors"));
    Architecture bert = of(checkpoint.keySet(), Pooling.CLS);
    Map<String, long[]> expected = new TreeMap<>(bert.weights());
    expected.putAll(bert.poolerWeights());
    expected.putAll(bert.head(3));
    assertThat(expected.keySet()).isEqualTo(checkpoint.keySet());
    checkpoint.forEach((name, t) -> assertThat(t.shape()).as(name).isEqualTo(expected.get(name)));
    assertThat(bert.vocabulary()).isEqualTo(420);
  }

  @Test
  void thePrefixIsTheCheckpoints() {
    String words = "embeddings.word_embeddings.weight";
    assertThat(of(NAMES, Pooling.MEAN).weights()).containsKey("bert." + words);
    assertThat(of(Set.of(words), Pooling.MEAN).weights()).containsKey(words);
    assertThat(of(Set.of(words), Pooling.MEAN).program()).doesNotContain("bert.encoder");
  }

  @Test
  void thePoolerBelongsToTheFirstToken() {
    assertThat(of(NAMES, Pooling.MEAN).poolerWeights()).isEmpty();
    assertThat(of(NAMES, Pooling.CLS).poolerWeights())
        .containsOnlyKeys("bert.pooler.dense.weight", "bert.pooler.dense.bias");
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama4", "", "BERT"})
  void anUnknownFamilyIsRefusedByName(String type) {
    config.put("model_type", type);
    assertThatThrownBy(() -> of(NAMES, Pooling.CLS))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("model_type \"" + type + "\" is not supported; supported: bert");
  }

  @Test
  void aMissingFamilyIsRefused() {
    config.remove("model_type");
    assertThatThrownBy(() -> of(NAMES, Pooling.CLS))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("supported: bert");
  }

  @Test
  void allProblemsAreToldAtOnce() {
    config.remove("hidden_size");
    config.put("intermediate_size", "many");
    config.put("num_hidden_layers", 0);
    config.put("vocab_size", 3.5);
    config.put("type_vocab_size", -2);
    config.put("layer_norm_eps", "small");
    config.put("hidden_act", "mish");
    config.put("position_embedding_type", "relative_key");
    config.put("problem_type", "regression");
    config.put("is_decoder", true);
    assertThatThrownBy(() -> of(NAMES, Pooling.CLS))
        .isInstanceOf(WrongInput.class)
        .hasMessageStartingWith("config.json of the model:")
        .hasMessageContaining("hidden_size must be a whole number above 0, got nothing")
        .hasMessageContaining("intermediate_size must be a whole number above 0, got \"many\"")
        .hasMessageContaining("num_hidden_layers must be a whole number above 0, got 0")
        .hasMessageContaining("vocab_size must be a whole number above 0, got 3.5")
        .hasMessageContaining("type_vocab_size must be a whole number above 0, got -2")
        .hasMessageContaining("layer_norm_eps must be a number, got \"small\"")
        .hasMessageContaining("hidden_act \"mish\" is not supported; supported: gelu, gelu_new")
        .hasMessageContaining("position_embedding_type \"relative_key\" is not supported")
        .hasMessageContaining("problem_type \"regression\" is not supported")
        .hasMessageContaining("is_decoder true is not supported");
  }

  @ParameterizedTest
  @CsvSource({
    "num_hidden_layers, 2147483647, files have 1 tensors in all",
    "num_hidden_layers, 1e300, files have 1 tensors in all",
    "hidden_size, 2147483647, 'got 2147483647, more than any model has (16777216)'",
    "vocab_size, 99999999999999999999, 'got 99999999999999999999, more than any model has'",
    "intermediate_size, 2147483647, 'more than any model has'",
    "num_attention_heads, 2147483647, 'more than any model has'",
    "max_position_embeddings, 2147483647, 'more than any model has'",
  })
  void sizesThatNoFileCanHold(String key, String size, String message) throws IOException {
    config.set(key, JSON.readTree(size));
    assertTimeoutPreemptively(
        Duration.ofSeconds(5),
        () ->
            assertThatThrownBy(() -> of(NAMES, Pooling.CLS))
                .isInstanceOf(WrongInput.class)
                .hasMessageContaining(key)
                .hasMessageContaining(message));
  }

  @Test
  void headsMustDivideTheWidth() {
    config.put("num_attention_heads", 5);
    assertThatThrownBy(() -> of(NAMES, Pooling.CLS))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("hidden_size 32 is not a multiple of num_attention_heads 5");
  }

  @Test
  void whatIsLeftOutIsBertsDefault() {
    for (String key :
        Arrays.asList(
            "max_position_embeddings",
            "type_vocab_size",
            "layer_norm_eps",
            "initializer_range",
            "pad_token_id",
            "hidden_act",
            "position_embedding_type")) {
      config.remove(key);
    }
    Architecture bert = of(NAMES, Pooling.CLS);
    assertThat(bert.maxPositions()).isEqualTo(512);
    assertThat(bert.initializerRange()).isEqualTo(0.02);
    assertThat(bert.padToken()).isZero();
    assertThat(bert.program()).contains("1.0E-12").contains("approximate=\"none\"");
    config.putNull("pad_token_id");
    assertThat(of(NAMES, Pooling.CLS).padToken()).isZero();
  }

  @Test
  void noPlaceOfTheProgramStaysEmpty() {
    for (Pooling pooling : List.of(Pooling.MEAN, Pooling.CLS)) {
      assertThat(of(NAMES, pooling).program()).doesNotContain("${");
    }
  }
}
