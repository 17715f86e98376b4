package org.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.tributary.fixture.TestJson.JSON;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;

/** A vision model's config.json becomes names, shapes and layers, or a message. */
class VisionTest {
  private static final Set<String> VIT = Set.of("vit.embeddings.cls_token");
  private static final Set<String> SIGLIP = Set.of("vision_model.post_layernorm.bias");
  private ObjectNode vit;
  private ObjectNode siglip;

  @BeforeEach
  void read() throws IOException {
    vit = config("vit");
    siglip = config("siglip");
  }

  private static Path golden(String folder) {
    return GoldenCases.of(folder);
  }

  private static ObjectNode config(String folder) throws IOException {
    return (ObjectNode) JSON.readTree(golden(folder).resolve("config.json").toFile());
  }

  private static Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
    return Architectures.of(config, names, pooling);
  }

  private static Map<String, long[]> all(Architecture architecture) {
    Map<String, long[]> all = new TreeMap<>(architecture.weights());
    all.putAll(architecture.head(4));
    return all;
  }

  @Test
  void namesAndShapesAreTheCheckpoints() throws IOException {
    Map<String, Architecture> cases =
        Map.of("vit", of(vit, VIT, null), "siglip", of(siglip, SIGLIP, Pooling.ATTENTION));
    for (Map.Entry<String, Architecture> one : cases.entrySet()) {
      Map<String, HostTensor> checkpoint =
          SafeTensors.map(golden(one.getKey()).resolve("model.safetensors"));
      Map<String, long[]> expected = all(one.getValue());
      assertThat(expected.keySet()).isEqualTo(checkpoint.keySet());
      checkpoint.forEach((name, t) -> assertThat(t.shape()).as(name).isEqualTo(expected.get(name)));
    }
  }

  @Test
  void aFamilyHasItsOwnPooling() {
    assertThat(of(vit, VIT, null).pooling()).isEqualTo(Pooling.CLS);
    assertThat(of(siglip, SIGLIP, null).pooling()).isEqualTo(Pooling.MEAN);
    assertThatThrownBy(() -> of(vit, VIT, Pooling.MEAN))
        .isInstanceOf(WrongInput.class)
        .hasMessage(
            "model.pooling: a model of type vit has no \"mean\"; use cls, or leave the key out");
    assertThatThrownBy(() -> of(siglip, SIGLIP, Pooling.CLS))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("type siglip has no \"cls\"; use mean or attention");
  }

  /** The sum equals that of transformers' SiglipVisionModel with this config.json. */
  @Test
  void theShapesOfSo400m() throws IOException {
    JsonNode so400m =
        JSON.readTree(
            """
            {"model_type": "siglip", "vision_config": {"hidden_size": 1152, "image_size": 384,
             "intermediate_size": 4304, "model_type": "siglip_vision_model",
             "num_attention_heads": 16, "num_hidden_layers": 27, "patch_size": 14}}
            """);
    Architecture architecture = of(so400m, SIGLIP, Pooling.ATTENTION);
    Map<String, long[]> w = architecture.weights();
    assertThat(architecture.image()).isEqualTo(new ImageShape(3, 384, 384));
    String v = "vision_model.";
    assertThat(w.get(v + "embeddings.patch_embedding.weight")).containsExactly(1152, 3, 14, 14);
    assertThat(w.get(v + "embeddings.position_embedding.weight")).containsExactly(729, 1152);
    assertThat(w.get(v + "encoder.layers.26.mlp.fc1.weight")).containsExactly(4304, 1152);
    assertThat(w.get(v + "head.attention.in_proj_weight")).containsExactly(3456, 1152);
    assertThat(architecture.program()).contains("16, 72]").doesNotContain("${");
    assertThat(w.values().stream().mapToLong(VisionTest::elements).sum()).isEqualTo(428_225_600L);
    assertThat(architecture.linearLayers()).hasSize(27 * 6 + 2);
    assertThat(architecture.initializerRange()).isEqualTo(1 / Math.sqrt(1152));
  }

  private static long elements(long[] shape) {
    long n = 1;
    for (long side : shape) {
      n *= side;
    }
    return n;
  }

  @Test
  void whatIsLeftOutIsTheBaseModels() throws IOException {
    Architecture base = of(JSON.readTree("{\"model_type\": \"vit\"}"), VIT, null);
    assertThat(base.image()).isEqualTo(new ImageShape(3, 224, 224));
    assertThat(all(base).values().stream().mapToLong(VisionTest::elements).sum())
        .isEqualTo(85_798_656L + 4 * 769);
    assertThat(base.program()).contains("1.0E-12").contains("approximate=\"none\"");
    JsonNode tower = JSON.readTree("{\"model_type\": \"siglip_vision_model\"}");
    assertThat(of(tower, SIGLIP, null).program()).contains("1.0E-6").contains("\"tanh\"");
    assertThat(of(tower, SIGLIP, null).weights()).hasSize(3 + 12 * 16 + 2);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anImageNeedBeNoSquareAndLeavesARest(boolean bias) {
    vit.putArray("image_size").add(26).add(35);
    vit.putArray("patch_size").add(8).add(16);
    vit.put("num_channels", 1);
    vit.put("qkv_bias", bias);
    Architecture architecture = of(vit, Set.of(), null);
    assertThat(architecture.image()).isEqualTo(new ImageShape(1, 26, 35));
    Map<String, long[]> w = all(architecture);
    assertThat(w.get("embeddings.position_embeddings")).containsExactly(1, 7, 32);
    assertThat(w.get("embeddings.patch_embeddings.projection.weight"))
        .containsExactly(32, 1, 8, 16);
    assertThat(w.containsKey("encoder.layer.0.attention.attention.key.bias")).isEqualTo(bias);
    assertThat(w).containsKey("encoder.layer.0.attention.output.dense.bias");
    Torch.prepareThread(1);
    Map<String, HostTensor> zeros = new LinkedHashMap<>();
    w.forEach((n, s) -> zeros.put(n, HostTensor.of(new float[(int) elements(s)], s)));
    try (NDManager manager = Torch.manager(Device.cpu());
        Model model = new Model(architecture, zeros, Map.of(), Device.cpu(), Precision.FLOAT32)) {
      var pixels = manager.zeros(new Shape(2, 1, 26, 35), DataType.FLOAT32);
      assertThat(
              model.states(manager, List.of(), List.of(pixels)).get("hidden_states.1").getShape())
          .isEqualTo(new Shape(2, 7, 32));
      assertThat(model.logits(manager, List.of(), List.of(pixels)).getShape())
          .isEqualTo(new Shape(2, 4));
    }
  }

  @Test
  void adaptersFindTheirLayers() {
    assertThat(targets(of(vit, VIT, null), "query", "value")).hasSize(4);
    assertThat(targets(of(vit, VIT, null), "intermediate.dense", "output.dense")).hasSize(6);
    assertThat(targets(of(siglip, SIGLIP, null), "q_proj", "v_proj", "out_proj", "fc1", "fc2"))
        .hasSize(10);
  }

  private static Set<String> targets(Architecture architecture, String... globs) {
    List<String> all =
        List.of(globs).stream().map(glob -> glob.contains(".") ? "*." + glob : glob).toList();
    return new Lora(2, 4, false, all).layers(architecture.linearLayers()).keySet();
  }

  private static List<NDArray> batch(NDManager manager, String folder) throws IOException {
    Map<String, HostTensor> inputs = SafeTensors.map(golden(folder).resolve("inputs.safetensors"));
    HostTensor x = inputs.get("pixel_values");
    HostTensor y = inputs.get("labels");
    return List.of(
        Torch.copy(manager, x.data(), DataType.FLOAT32, x.shape()),
        Torch.copy(manager, y.data(), DataType.INT64, y.shape()));
  }

  @ParameterizedTest
  @CsvSource({
    "vit, CLS",
    "siglip, MEAN",
    "siglip, ATTENTION",
    "deit, CLS",
    "dinov2, CLS_MEAN",
    "dinov2_swiglu, CLS_MEAN"
  })
  void everyLinearLayerLearnsThroughItsAdapter(String folder, Pooling pooling) throws IOException {
    Torch.prepareThread(1);
    Map<String, HostTensor> weights = SafeTensors.map(golden(folder).resolve("model.safetensors"));
    Architecture architecture = of(config(folder), weights.keySet(), pooling);
    Map<String, long[]> linear = architecture.linearLayers();
    Lora lora = new Lora(2, 4, false, List.of("*"));
    try (NDManager manager = Torch.manager(Device.cpu());
        Model model =
            new Model(
                architecture,
                weights,
                Lora.scalings(linear.keySet(), 2),
                Device.cpu(),
                Precision.FLOAT32)) {
      List<NDArray> train = new ArrayList<>();
      linear.forEach(
          (layer, shape) ->
              lora.start(layer, shape, 1)
                  .forEach((name, t) -> train.add(model.trainable(manager, name, t))));
      Map<String, NDArray> results = model.gradients(manager, train, batch(manager, folder));
      for (String layer : linear.keySet()) {
        assertThat(results).containsKey("grads." + layer + Lora.A);
        float[] b = results.get("grads." + layer + Lora.B).toFloatArray();
        assertThat(IntStream.range(0, b.length).anyMatch(i -> Math.abs(b[i]) > 1e-6))
            .as(layer)
            .isTrue();
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "vit, CLS",
    "siglip, MEAN",
    "siglip, ATTENTION",
    "deit, CLS",
    "dinov2_swiglu, CLS_MEAN"
  })
  void inBfloat16TheLossIsNear(String folder, Pooling pooling) throws IOException {
    Torch.prepareThread(1);
    JsonNode golden = JSON.readTree(golden(folder).resolve("golden.json").toFile());
    JsonNode whole = pooling == Pooling.ATTENTION ? golden.get("attention_pool") : golden;
    Map<String, HostTensor> weights = SafeTensors.map(golden(folder).resolve("model.safetensors"));
    Architecture architecture = of(config(folder), weights.keySet(), pooling);
    try (NDManager manager = Torch.manager(Device.cpu());
        Model model =
            new Model(architecture, weights, Map.of(), Device.cpu(), Precision.BFLOAT16)) {
      List<NDArray> train = new ArrayList<>();
      architecture
          .weights()
          .keySet()
          .forEach(name -> train.add(model.trainable(manager, name, weights.get(name))));
      Map<String, NDArray> results = model.gradients(manager, train, batch(manager, folder));
      assertThat(results.get("loss").getDataType()).isEqualTo(DataType.FLOAT32);
      assertThat((double) results.get("loss").getFloat())
          .isCloseTo(whole.get("loss").asDouble(), withinPercentage(2));
      // The engine's Java API has no name for the type of such a gradient.
      String first = architecture.weights().keySet().iterator().next();
      assertThat(results.get("grads." + first).getDataType()).isNotEqualTo(DataType.FLOAT32);
    }
  }

  @Test
  void theBaseModelsNamesGetTheirPrefixWithAHead() {
    Architecture base = of(vit, Set.of("layernorm.bias"), null);
    assertThat(base.nameWithHead("layernorm.bias")).isEqualTo("vit.layernorm.bias");
    assertThat(base.nameWithHead("classifier.bias")).isEqualTo("classifier.bias");
    assertThat(base.ignoredWeights()).contains("pooler.*");
    assertThat(of(vit, VIT, null).nameWithHead("vit.layernorm.bias"))
        .isEqualTo("vit.layernorm.bias");
    assertThat(of(siglip, SIGLIP, null).nameWithHead("text_model.head.bias"))
        .isEqualTo("text_model.head.bias");
    Architecture tower = of(siglip, Set.of("post_layernorm.bias"), null);
    assertThat(tower.nameWithHead("post_layernorm.bias"))
        .isEqualTo("vision_model.post_layernorm.bias");
    assertThat(tower.nameWithHead("classifier.bias")).isEqualTo("classifier.bias");
  }

  @Test
  void aTowerWithAHeadIsAWholeSiglip() {
    ObjectNode flat = siglip.get("vision_config").deepCopy();
    flat.putObject("id2label").put("0", "no");
    flat.put("tributary_pooling", "mean").put("torch_dtype", "float32");
    Architecture tower = of(flat, SIGLIP, null);
    ObjectNode whole = tower.configWithHead(flat);
    assertThat(whole.get("model_type").asText()).isEqualTo("siglip");
    assertThat(whole.get("id2label").get("0").asText()).isEqualTo("no");
    assertThat(whole.get("architectures").toString())
        .isEqualTo("[\"SiglipForImageClassification\"]");
    assertThat(whole.get("torch_dtype").asText()).isEqualTo("float32");
    assertThat(whole.get("vision_config").has("id2label")).isFalse();
    assertThat(of(whole, SIGLIP, null).program()).isEqualTo(tower.program());
    assertThat(of(siglip, SIGLIP, null).configWithHead(siglip)).isEqualTo(siglip);
  }

  @Test
  void allProblemsAreToldAtOnce() {
    vit.put("num_attention_heads", 5);
    vit.put("hidden_act", "mish");
    vit.put("qkv_bias", "yes");
    vit.put("patch_size", 32);
    assertThatThrownBy(() -> of(vit, VIT, null))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("hidden_size 32 is not a multiple of num_attention_heads 5")
        .hasMessageContaining("hidden_act \"mish\" is not supported; supported: gelu")
        .hasMessageContaining("qkv_bias must be true or false, got \"yes\"")
        .hasMessageContaining("patch_size 32 x 32 is larger than image_size 24 x 24");
    ObjectNode vision = (ObjectNode) siglip.get("vision_config");
    vision.put("hidden_size", 0);
    vision.putArray("image_size").add(28);
    siglip.put("initializer_factor", "small");
    assertThatThrownBy(() -> of(siglip, SIGLIP, null))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("vision_config.hidden_size must be a whole number above 0, got 0")
        .hasMessageContaining("vision_config.image_size must be a whole number above 0 or two")
        .hasMessageContaining("\n  initializer_factor must be a number, got \"small\"");
    siglip.remove("vision_config");
    assertThatThrownBy(() -> of(siglip, SIGLIP, null))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("vision_config must be an object, got nothing");
  }
}
