package org.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.batch.Batch;
import org.tributary.client.ModelInputs;
import org.tributary.error.WrongInput;
import org.tributary.fixture.TinyBert;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;

/** Adapters: where they are, how they start, and that the model computes W x + s B A x. */
class LoraTest {
  private static TinyBert bert;

  @BeforeAll
  static void open() throws IOException {
    Torch.prepareThread(1);
    bert = new TinyBert();
  }

  @AfterAll
  static void close() {
    bert.close();
  }

  private static Lora lora(int rank, String... targets) {
    return new Lora(rank, 16, false, List.of(targets));
  }

  @Test
  void scalingIsAlphaOverRankOrItsRoot() {
    assertThat(new Lora(8, 12, false, List.of()).scaling()).isEqualTo(1.5);
    assertThat(new Lora(16, 12, true, List.of()).scaling()).isEqualTo(3);
  }

  @Test
  void theStartIsUniformInItsBoundsAndBIsZero() {
    Map<String, HostTensor> start = lora(4, "x").start("layer", new long[] {64, 400}, 7);
    assertThat(start.keySet()).containsExactly("layer.lora_A.weight", "layer.lora_B.weight");
    HostTensor a = start.get("layer" + Lora.A);
    HostTensor b = start.get("layer" + Lora.B);
    assertThat(a.shape()).containsExactly(4, 400);
    assertThat(b.shape()).containsExactly(64, 4);
    assertThat(b.toFloats()).containsOnly(0f);
    double bound = 1 / Math.sqrt(400);
    double sum = 0;
    double squares = 0;
    double most = 0;
    for (float x : a.toFloats()) {
      sum += x;
      squares += x * x;
      most = Math.max(most, Math.abs(x));
    }
    assertThat(most).isLessThanOrEqualTo(bound).isGreaterThan(0.99 * bound);
    assertThat(sum / 1600).isCloseTo(0, within(bound / 20));
    assertThat(squares / 1600).isCloseTo(bound * bound / 3, within(bound * bound / 30));
  }

  @Test
  void theStartIsAFunctionOfSeedAndLayer() {
    long[] shape = {8, 12};
    HostTensor a = lora(4, "x").start("one", shape, 7).get("one" + Lora.A);
    assertThat(lora(4, "x").start("one", shape, 7).get("one" + Lora.A)).isEqualTo(a);
    assertThat(lora(4, "x").start("one", shape, 8).get("one" + Lora.A)).isNotEqualTo(a);
    assertThat(lora(4, "x").start("two", shape, 7).get("two" + Lora.A)).isNotEqualTo(a);
  }

  private static Map<String, long[]> linear() {
    return bert.architecture().linearLayers();
  }

  @ParameterizedTest
  @CsvSource({
    "query, 2",
    "dense, 7",
    "attention.output.dense, 0",
    "*.attention.output.dense, 2",
    "*layer.1.*, 6",
    "*, 13",
    "bert.encoder.layer.0.attention.self.query, 1"
  })
  void targetsNameLayers(String target, int layers) {
    if (layers == 0) {
      assertThatThrownBy(() -> lora(2, target).layers(linear())).isInstanceOf(WrongInput.class);
    } else {
      assertThat(lora(2, target).layers(linear())).hasSize(layers);
    }
  }

  @Test
  void allLinearIsEveryLayerThatAdaptersCanBePutOn() {
    assertThat(lora(2, "all-linear").layers(linear()).keySet()).isEqualTo(linear().keySet());
  }

  @Test
  void targetsThatOverlapNameALayerOnceInTheModelsOrder() {
    List<String> chosen =
        new ArrayList<>(lora(2, "value", "*layer.0.attention.self.*").layers(linear()).keySet());
    assertThat(chosen)
        .containsExactlyInAnyOrder(
            "bert.encoder.layer.0.attention.self.query",
            "bert.encoder.layer.0.attention.self.key",
            "bert.encoder.layer.0.attention.self.value",
            "bert.encoder.layer.1.attention.self.value");
    List<String> inOrder = new ArrayList<>(linear().keySet());
    inOrder.retainAll(chosen);
    assertThat(chosen).isEqualTo(inOrder);
  }

  @Test
  void neitherEmbeddingsNorTheHeadCarryAdapters() {
    assertThat(linear().keySet())
        .allMatch(n -> n.contains(".encoder.layer.") || n.equals("bert.pooler.dense"));
    assertThat(linear()).hasSize(13);
  }

  @ParameterizedTest
  @ValueSource(strings = {"q_proj", "quer", "*.q_proj", "classifier", "que.y"})
  void anUnknownTargetIsToldWithTheKnownOnes(String target) {
    assertThatThrownBy(() -> lora(2, "query", target).layers(linear()))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("framework.lora.targets")
        .hasMessageContaining("\"" + target + "\"")
        .hasMessageContaining("dense, key, query, value");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, -1, 33, 1000})
  void aRankThatDoesNotFitIsToldWithTheLayerAndTheRange(int rank) {
    assertThatThrownBy(() -> lora(rank, "*layer.1.output.dense").layers(linear()))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("framework.lora.rank: " + rank)
        .hasMessageContaining("bert.encoder.layer.1.output.dense of shape [32, 72]")
        .hasMessageContaining("use 1 to 32");
    assertThat(lora(32, "*layer.1.output.dense").layers(linear())).hasSize(1);
  }

  private static float[] logits(Model model, Map<String, HostTensor> adapters) {
    Batch batch =
        TinyBert.rows(6, 4).batch(new int[] {0, 1, 2, 3, 4, 5}, bert.tokens(), model.padToken());
    try (NDManager manager = Torch.manager(Device.cpu())) {
      List<NDArray> train = new ArrayList<>();
      adapters.forEach((name, t) -> train.add(model.trainable(manager, name, t)));
      return model.logits(manager, train, ModelInputs.of(manager, batch)).toFloatArray();
    }
  }

  private static HostTensor merged(HostTensor w, HostTensor a, HostTensor b, double s) {
    int out = (int) w.shape()[0];
    int in = (int) w.shape()[1];
    int rank = (int) a.shape()[0];
    float[] sum = w.toFloats();
    for (int i = 0; i < out; i++) {
      for (int j = 0; j < in; j++) {
        double product = 0;
        for (int r = 0; r < rank; r++) {
          product += (double) b.floats().get(i * rank + r) * a.floats().get(r * in + j);
        }
        sum[i * in + j] += (float) (s * product);
      }
    }
    return HostTensor.of(sum, out, in);
  }

  @ParameterizedTest
  @CsvSource({"3, 7, false", "3, 7, true", "2, 16, false", "5, 1, false"})
  void adaptersComputeTheMergedMatrix(int rank, double alpha, boolean rslora) {
    Lora lora = new Lora(rank, alpha, rslora, List.of("query", "value", "dense"));
    Map<String, HostTensor> adapters = bert.adapters(lora, 5);
    Map<String, HostTensor> weights = new LinkedHashMap<>(bert.weights());
    double s = rslora ? alpha / Math.sqrt(rank) : alpha / rank;
    for (String layer : bert.adapted(lora).keySet()) {
      weights.compute(
          layer + ".weight",
          (name, w) -> merged(w, adapters.get(layer + Lora.A), adapters.get(layer + Lora.B), s));
    }
    float[] expected;
    try (Model model =
        new Model(bert.architecture(), weights, Map.of(), Device.cpu(), Precision.FLOAT32)) {
      expected = logits(model, Map.of());
    }
    try (Model model = bert.model(lora);
        Model base = bert.model()) {
      float[] actual = logits(model, adapters);
      float[] without = logits(base, Map.of());
      double moved = 0;
      for (int i = 0; i < actual.length; i++) {
        assertThat(actual[i]).isCloseTo(expected[i], within(1e-4f));
        moved = Math.max(moved, Math.abs(actual[i] - without[i]));
      }
      assertThat(moved).as("adapters change something").isGreaterThan(1e-2);
    }
  }

  @Test
  void adaptersAtTheirStartChangeNothing() {
    Lora lora = new Lora(3, 7, false, List.of("*"));
    Map<String, HostTensor> start = new TreeMap<>();
    bert.adapted(lora).forEach((layer, shape) -> start.putAll(lora.start(layer, shape, 1)));
    try (Model model = bert.model(lora);
        Model base = bert.model()) {
      assertThat(logits(model, start)).isEqualTo(logits(base, Map.of()));
    }
  }
}
