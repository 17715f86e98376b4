package org.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;
import org.tributary.protocol.HostTensor;

/** Names, positions and heads of RoBERTa, XLM-RoBERTa and DistilBERT. */
class RobertaTest {
  private static ObjectNode config(String name) throws IOException {
    return (ObjectNode) JSON.readTree(GoldenCases.of(name).resolve("config.json").toFile());
  }

  private static Architecture of(String name, Set<String> tensors, Pooling pooling)
      throws IOException {
    return Architectures.of(config(name), tensors, pooling);
  }

  @ParameterizedTest
  @ValueSource(strings = {"roberta", "xlm_roberta", "distilbert"})
  void namesAndShapesAreTheCheckpoints(String name) throws IOException {
    Map<String, HostTensor> checkpoint =
        SafeTensors.map(GoldenCases.of(name).resolve("model.safetensors"));
    Architecture whole = of(name, checkpoint.keySet(), null);
    Map<String, long[]> expected = new TreeMap<>(whole.weights());
    expected.putAll(whole.poolerWeights());
    expected.putAll(whole.head(name.equals("xlm_roberta") ? 4 : 3));
    assertThat(expected.keySet()).isEqualTo(checkpoint.keySet());
    checkpoint.forEach((key, t) -> assertThat(t.shape()).as(key).isEqualTo(expected.get(key)));
    Architecture bare = of(name, Set.of("embeddings.word_embeddings.weight"), null);
    bare.weights()
        .keySet()
        .forEach(key -> assertThat(whole.weights()).containsKey(bare.nameWithHead(key)));
    expected.keySet().forEach(key -> assertThat(whole.nameWithHead(key)).isEqualTo(key));
  }

  /** max_position_embeddings counts the rows before the first token's, too. */
  @Test
  void theFirstPositionIsAfterThePaddingTokens() throws IOException {
    Architecture roberta = of("roberta", Set.of(), null);
    assertThat(roberta.maxPositions()).isEqualTo(64);
    assertThat(roberta.fixedIds()).isEqualTo(2);
    ObjectNode other = config("roberta").put("pad_token_id", 5);
    assertThat(Architectures.of(other, Set.of(), null).maxPositions()).isEqualTo(60);
    ObjectNode absent = config("roberta");
    absent.remove("pad_token_id");
    assertThat(Architectures.of(absent, Set.of(), null).padToken()).isEqualTo(1);
  }

  @ParameterizedTest
  @CsvSource({
    "roberta, pad_token_id, -1, from 0 to 64",
    "roberta, pad_token_id, 65, from 0 to 64",
    "xlm_roberta, pad_token_id, 1.5, from 0 to 48",
    "roberta, is_decoder, true, is_decoder true is not supported",
    "roberta, num_attention_heads, 5, hidden_size 32 is not a multiple of num_attention_heads 5",
    "distilbert, n_heads, 5, dim 32 is not a multiple of n_heads 5",
    "distilbert, pad_token_id, 420, pad_token_id 420 is outside the vocabulary",
    "distilbert, activation, '\"tanh\"', activation \"tanh\" is not supported"
  })
  void whatIsNotComputedIsRefused(String name, String key, String value, String message)
      throws IOException {
    ObjectNode config = config(name);
    config.set(key, JSON.readTree(value));
    assertThatThrownBy(() -> Architectures.of(config, Set.of(), null))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(message);
  }

  @Test
  void theDenseLayerBelongsToTheClassifierOfRobertaAloneForEveryPooling() throws IOException {
    for (Pooling pooling : new Pooling[] {Pooling.CLS, Pooling.MEAN}) {
      Architecture roberta = of("roberta", Set.of(), pooling);
      assertThat(roberta.head(7))
          .containsOnlyKeys(
              "classifier.dense.weight",
              "classifier.dense.bias",
              "classifier.out_proj.weight",
              "classifier.out_proj.bias");
      assertThat(roberta.poolerWeights()).isEmpty();
      assertThat(roberta.linearLayers().keySet()).noneMatch(name -> name.startsWith("classifier"));
    }
    assertThat(of("distilbert", Set.of(), Pooling.CLS).poolerWeights())
        .containsOnlyKeys("pre_classifier.weight", "pre_classifier.bias");
    assertThat(of("distilbert", Set.of(), Pooling.MEAN).poolerWeights()).isEmpty();
    assertThatThrownBy(() -> of("roberta", Set.of(), Pooling.ATTENTION))
        .hasMessageContaining("a model of type roberta has no \"attention\"");
  }

  /** The heads that public checkpoints have are left out of a model with a new classifier. */
  @Test
  void headsForOtherTasksAreKnown() throws IOException {
    Architecture roberta = of("roberta", Set.of("roberta.embeddings.LayerNorm.weight"), null);
    for (String name :
        new String[] {
          "lm_head.bias",
          "lm_head.decoder.weight",
          "roberta.pooler.dense.weight",
          "classifier.weight"
        }) {
      assertThat(roberta.isOfOtherHead(name)).as(name).isTrue();
    }
    assertThat(roberta.isOfOtherHead("classifier.dense.weight")).isFalse();
    Architecture distilbert = of("distilbert", Set.of(), null);
    assertThat(distilbert.isOfOtherHead("vocab_projector.bias")).isTrue();
    assertThat(distilbert.isOfOtherHead("pre_classifier.bias")).isFalse();
  }
}
