package org.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;
import org.tributary.fixture.TinyBert;

/** A checkpoint's tensors compared with its config.json, and globs over their names. */
class WeightNamesTest {
  private static final String WORDS = "bert.embeddings.word_embeddings.weight";
  private static final String QUERY = "bert.encoder.layer.1.attention.self.query.weight";
  private static final String POOLER = "bert.pooler.dense.weight";
  private static TinyBert bert;
  private Map<String, long[]> shapes;

  @BeforeAll
  static void open() throws IOException {
    bert = new TinyBert();
  }

  @AfterAll
  static void close() {
    bert.close();
  }

  @BeforeEach
  void copy() {
    shapes = TinyBert.shapes(bert.weights());
  }

  private void check() {
    WeightNames.check("/models/tiny", bert.architecture(), shapes);
  }

  @Test
  void aCheckpointThatFitsPassesAndSoDoesOneWithKnownExtras() {
    assertThatCode(this::check).doesNotThrowAnyException();
    shapes.put("bert.embeddings.position_ids", new long[] {1, 64});
    shapes.put("cls.predictions.bias", new long[] {420});
    assertThatCode(this::check).doesNotThrowAnyException();
  }

  @Test
  void otherExtrasAreTold() {
    shapes.put("bert.encoder.layer.2.output.dense.weight", new long[] {32, 32});
    shapes.put("score.weight", new long[] {2, 32});
    assertThatThrownBy(this::check)
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining(
            "tensor bert.encoder.layer.2.output.dense.weight is in the checkpoint, but config.json asks for none")
        .hasMessageContaining("tensor score.weight is in the checkpoint");
    for (int i = 0; i < 20; i++) {
      shapes.put("extra." + i, new long[] {1});
    }
    assertThatThrownBy(this::check)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1 + 10 + 1))
        .hasMessageEndingWith("and 12 more");
  }

  @Test
  void aTiedHeadMayBeThereTwice() throws IOException {
    ObjectNode config =
        (ObjectNode) JSON.readTree(GoldenCases.of("llama_tied/config.json").toFile());
    Architecture llama = Architectures.of(config, Set.of(), Pooling.MEAN);
    Map<String, long[]> tied = new TreeMap<>(llama.weights());
    String embedding = "model.embed_tokens.weight";
    tied.put("lm_head.weight", tied.get(embedding));
    assertThatCode(() -> WeightNames.check("m", llama, tied)).doesNotThrowAnyException();
    assertThat(llama.tiedWeights()).containsExactly(Map.entry("lm_head.weight", embedding));
    tied.put("lm_head.weight", new long[] {1, 48});
    assertThatThrownBy(() -> WeightNames.check("m", llama, tied))
        .hasMessageContaining("lm_head.weight has shape [1, 48]");
  }

  @Test
  void thePoolerAndTheHeadMayBeMissing() {
    shapes.keySet().removeIf(name -> name.contains("pooler") || name.startsWith("classifier"));
    assertThatCode(this::check).doesNotThrowAnyException();
  }

  @Test
  void missingTensorsAndWrongShapesAreToldTogether() {
    shapes.remove(QUERY);
    shapes.put(WORDS, new long[] {32, 420});
    shapes.put(POOLER, new long[] {32});
    assertThatThrownBy(this::check)
        .isInstanceOf(WrongInput.class)
        .hasMessageStartingWith(
            "/models/tiny: the weights do not fit config.json; take both from one model:")
        .hasMessageContaining("tensor " + QUERY + " is missing")
        .hasMessageContaining(
            "tensor " + WORDS + " has shape [32, 420], config.json asks for [420, 32]")
        .hasMessageContaining(
            "tensor " + POOLER + " has shape [32], config.json asks for [32, 32]");
  }

  @Test
  void atMostTenAreListed() {
    int needed = bert.architecture().weights().size();
    shapes.clear();
    assertThatThrownBy(this::check)
        .isInstanceOf(WrongInput.class)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1 + 10 + 1))
        .hasMessageEndingWith("and " + (needed - 10) + " more");
  }

  @Test
  void tenAreListedWithoutARest() {
    List<String> first = List.copyOf(bert.architecture().weights().keySet()).subList(0, 10);
    shapes.keySet().removeAll(first);
    assertThatThrownBy(this::check)
        .isInstanceOf(WrongInput.class)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1 + 10))
        .hasMessageNotContaining("more");
  }

  @ParameterizedTest
  @CsvSource({
    "*.query.*, 4",
    "*.query.weight, 2",
    "*LayerNorm.bias, 5",
    "*, 41",
    "bert.encoder.layer.1.attention.self.query.weight, 1"
  })
  void globsNameWeights(String glob, int weights) {
    assertThat(WeightNames.matching(List.of(glob), shapes, Set.of())).hasSize(weights);
  }

  @Test
  void globsJoinAndMayNameAFreshHead() {
    assertThat(
            WeightNames.matching(
                List.of("*.query.weight", "*.query.*", "classifier.*"),
                TinyBert.shapes(Map.of(QUERY, bert.weights().get(QUERY))),
                Set.of("classifier.weight")))
        .containsOnlyKeys(QUERY);
  }

  @ParameterizedTest
  @CsvSource({"*.q_proj.*", "bert?encoder*"})
  void aGlobThatNamesNothingIsTold(String glob) {
    assertThatThrownBy(() -> WeightNames.matching(List.of("*", glob), shapes, Set.of()))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("framework.train")
        .hasMessageContaining("\"" + glob + "\" names no weight")
        .hasMessageContaining("bert.");
  }

  @ParameterizedTest
  @CsvSource({"bert, bert.*", "*query, *query.*", "query, *.query.*", "classifier, classifier.*"})
  void aLayerIsToldTheGlobOfItsWeights(String layer, String glob) {
    Set<String> fresh = Set.of("classifier.weight");
    assertThatThrownBy(() -> WeightNames.matching(List.of(layer), shapes, fresh))
        .isInstanceOf(WrongInput.class)
        .hasMessageEndingWith("did you mean \"" + glob + "\"?");
    WeightNames.matching(List.of(glob), shapes, fresh);
  }
}
