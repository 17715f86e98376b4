package org.tributary.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;
import static org.tributary.fixture.TestJson.JSON;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.checkpoint.SafeTensors;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;
import org.tributary.protocol.Globs;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Torch;

/** What a decoder's config.json may contain, and what is refused by name. */
class DecodersTest {

  private static final Path GOLDEN = GoldenCases.of("");

  private static ObjectNode config(String golden) throws IOException {
    return (ObjectNode) JSON.readTree(GOLDEN.resolve(golden).resolve("config.json").toFile());
  }

  /** A golden configuration with some keys replaced by those of a JSON object. */
  private static ObjectNode with(String golden, String json) throws IOException {
    ObjectNode config = config(golden);
    JSON.readTree(json.replace('\'', '"'))
        .fields()
        .forEachRemaining(e -> config.set(e.getKey(), e.getValue()));
    return config;
  }

  private static ObjectNode without(String golden, String... keys) throws IOException {
    return config(golden).without(List.of(keys));
  }

  private static Architecture of(ObjectNode config) {
    return Architectures.of(config, Set.of("transformer.wte.weight"), Pooling.MEAN);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama_gqa",
        "llama_tied",
        "gemma",
        "qwen2",
        "qwen3",
        "mistral",
        "gpt2",
        "llama_rope_llama3",
        "phi3",
        "gemma2",
        "gemma3"
      })
  void namesAndShapesAreTheCheckpoints(String golden) throws IOException {
    Map<String, HostTensor> checkpoint =
        SafeTensors.map(GOLDEN.resolve(golden).resolve("model.safetensors"));
    Architecture architecture = of(config(golden));
    Map<String, long[]> weights = architecture.weights();
    assertThat(new TreeSet<>(weights.keySet())).isEqualTo(new TreeSet<>(checkpoint.keySet()));
    checkpoint.forEach((name, t) -> assertThat(t.shape()).as(name).isEqualTo(weights.get(name)));
    architecture
        .linearLayers()
        .forEach(
            (layer, shape) -> {
              long[] stored = weights.get(layer + ".weight");
              boolean turned = architecture.transposed(layer);
              assertThat(turned).isEqualTo(golden.equals("gpt2"));
              assertThat(shape).containsExactly(stored[turned ? 1 : 0], stored[turned ? 0 : 1]);
              if (weights.containsKey(layer + ".bias")) {
                assertThat(weights.get(layer + ".bias")).containsExactly(shape[0]);
              }
            });
    assertThat(architecture.task()).isEqualTo(ModelTask.GENERATION);
    assertThat(architecture.program()).doesNotContain("${");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llama_gqa | {'pretraining_tp': 2} | pretraining_tp 2 is not supported; supported: 1",
        "llama_gqa | {'hidden_act': 'mish'} | hidden_act \"mish\" is not supported; supported: gelu",
        "llama_gqa | {'quantization_config': {'bits': 4}} | quantization_config is not supported: save",
        "llama_gqa | {'text_config': {'hidden_size': 4}} | text_config is not supported: take the text",
        "llama_gqa | {'pad_token_id': 419} | pad_token_id 419 is outside the vocabulary",
        "llama_gqa | {'num_key_value_heads': 3} | num_attention_heads 4 is not a multiple",
        "llama_gqa | {'head_dim': 7} | head_dim 7 is odd",
        "llama_gqa | {'num_attention_heads': 6} | hidden_size 32 is not a multiple of num_attention_heads 6",
        "llama_gqa | {'partial_rotary_factor': 0.5} | partial_rotary_factor 0.5 is not supported; supported: 1",
        "llama_gqa | {'rope_theta': 0} | rope_theta must be a number above 0, got 0",
        "llama_gqa | {'rope_theta': 'big'} | rope_theta must be a number, got \"big\"",
        "gemma | {'hidden_activation': 'gelu'} | hidden_activation \"gelu\" is not supported; supported: gelu_pytorch_tanh",
        "gemma | {'hidden_act': 'relu'} | hidden_act \"relu\" is not supported; supported: gelu, gelu_pytorch_tanh",
        "gemma | {'use_bidirectional_attention': true} | use_bidirectional_attention true is not supported",
        "qwen2 | {'use_sliding_window': true, 'sliding_window': 127} | use_sliding_window with sliding_window 127 below max_position_embeddings 128",
        "qwen2 | {'layer_types': ['full_attention', 'sliding_attention']} | layer_types \"sliding_attention\" is not supported",
        "qwen3 | {'use_sliding_window': true, 'sliding_window': 64} | use_sliding_window with sliding_window 64 below",
        "mistral | {'layer_types': ['chunked_attention']} | layer_types \"chunked_attention\" is not supported",
        "phi3 | {'rope_scaling': {'type': 'longrope', 'short_factor': [1], 'long_factor': [4]}} | rope_scaling.type \"longrope\" is not supported; supported: default",
        "phi3 | {'rope_scaling': {'type': 'linear', 'factor': 2}} | rope_scaling.type \"linear\" is not supported; supported: default",
        "phi3 | {'partial_rotary_factor': 0.4} | partial_rotary_factor 0.4 of head_dim 8 is not supported",
        "phi3 | {'partial_rotary_factor': 1.5} | partial_rotary_factor 1.5 of head_dim 8 is not supported",
        "gemma2 | {'hidden_activation': 'silu'} | hidden_activation \"silu\" is not supported; supported: gelu_pytorch_tanh",
        "gemma2 | {'use_bidirectional_attention': true} | use_bidirectional_attention true is not supported",
        "gemma2 | {'layer_types': ['full_attention', 'chunked_attention', 'full_attention']} | layer_types \"chunked_attention\" is not supported; supported: full_attention, sliding_attention",
        "gemma2 | {'layer_types': ['full_attention']} | layer_types has 1 entries for 3 blocks",
        "gemma2 | {'layer_types': 'full_attention'} | layer_types must be a list, got \"full_attention\"",
        "gemma2 | {'sliding_window': null} | sliding_window must be a whole number above 0, got null",
        "gemma2 | {'query_pre_attn_scalar': 0} | query_pre_attn_scalar must be a number above 0, got 0",
        "gemma2 | {'attn_logit_softcapping': -1} | attn_logit_softcapping must be a number above 0, got -1",
        "gemma3 | {'use_bidirectional_attention': true} | use_bidirectional_attention true is not supported",
        "gemma3 | {'rope_local_base_freq': 0} | rope_local_base_freq must be a number above 0, got 0",
        "gemma3 | {'rope_scaling': {'type': 'yarn', 'factor': 4}} | rope_scaling.type \"yarn\" is not supported",
        "gemma3 | {'rope_parameters': {'rope_type': 'default'}} | rope_type is not supported for \"rope_parameters\"",
        "gemma3 | {'rope_parameters': {'sliding_attention': {'rope_type': 'linear', 'factor': 2}}} | rope_parameters.sliding_attention.rope_type \"linear\" is not supported; supported: default",
        "gpt2 | {'scale_attn_weights': false} | scale_attn_weights false is not supported; supported: true",
        "gpt2 | {'scale_attn_by_inverse_layer_idx': true} | scale_attn_by_inverse_layer_idx true is not supported",
        "gpt2 | {'reorder_and_upcast_attn': true} | reorder_and_upcast_attn true is not supported; supported: false",
        "gpt2 | {'add_cross_attention': true} | add_cross_attention true is not supported",
        "gpt2 | {'n_head': 5} | n_embd 32 is not a multiple of n_head 5",
        "gpt2 | {'activation_function': 'tanh'} | activation_function \"tanh\" is not supported",
        "gpt2 | {'quantization_config': {}} | quantization_config is not supported",
      })
  void whatIsNotSupportedIsRefusedByName(String golden, String change, String message)
      throws IOException {
    ObjectNode config = with(golden, change);
    assertThatThrownBy(() -> of(config))
        .isInstanceOf(WrongInput.class)
        .hasMessageStartingWith("config.json of the model:")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'type': 'yarn', 'factor': 4} | type \"yarn\" is not supported; supported: default, dynamic, linear, llama3",
        "{'rope_type': 'longrope', 'type': 'linear', 'factor': 2} | rope_type \"longrope\" is not supported",
        "{'type': 'linear'} | factor must be a number above 0, got nothing",
        "{'type': 'linear', 'factor': 0.5} | factor must be at least 1, got 0.5",
        "{'type': 'linear', 'factor': 'two'} | factor must be a number, got \"two\"",
        "{'type': 'dynamic', 'factor': 2, 'alpha': 1000} | alpha is not supported for \"dynamic\"",
        "{'type': 'linear', 'factor': 2, 'partial_rotary_factor': 0.25} | partial_rotary_factor 0.25 is not supported",
        "{'rope_type': 'llama3', 'factor': 8, 'high_freq_factor': 4} | low_freq_factor must be a number above 0",
        "{'rope_type': 'llama3', 'factor': 8, 'high_freq_factor': 1, 'low_freq_factor': 4} | low_freq_factor 4.0 must be below high_freq_factor 1.0",
        "{'full_attention': {'rope_type': 'default'}} | full_attention is not supported for \"default\"",
        "7 | rope_scaling must be an object, got 7",
      })
  void aScalingThatIsNotSupportedIsRefusedByName(String scaling, String message)
      throws IOException {
    ObjectNode config = with("llama_gqa", "{'rope_scaling': %s}".formatted(scaling));
    assertThatThrownBy(() -> of(config))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("rope_scaling")
        .hasMessageContaining(message);
    config.set("rope_parameters", config.remove("rope_scaling"));
    assertThatThrownBy(() -> of(config))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("rope_parameters")
        .hasMessageContaining(message.replace("rope_scaling", "rope_parameters"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"gemma", "qwen2", "qwen3", "mistral"})
  void everyRotaryFamilyTakesTheScalings(String golden) throws IOException {
    ObjectNode config =
        with(
            golden, "{'rope_scaling': {'type': 'dynamic', 'factor': 1.5}, 'sliding_window': null}");
    assertThat(of(config).maxPositions()).isEqualTo(192);
    assertThat(of(config).program()).contains("Dynamic NTK");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "llama_gqa | {'attention_dropout': 0.1, '_attn_implementation': 'flash_attention_2'}",
        "llama_gqa | {'pad_token_id': null, 'eos_token_id': [2, 5]}",
        "llama_gqa | {'pad_token_id': -1}",
        "llama_gqa | {'rope_scaling': {'type': 'default'}}",
        "llama_gqa | {'rope_scaling': null, 'rope_parameters': null}",
        "llama_gqa | {'partial_rotary_factor': 1.0, 'quantization_config': null}",
        "gemma | {'hidden_act': 'gelu', 'hidden_activation': null}",
        "qwen2 | {'use_sliding_window': true, 'sliding_window': 128}",
        "gpt2 | {'attn_pdrop': 0.1, 'embd_pdrop': 0.1, 'resid_pdrop': 0.1, 'n_ctx': 1024}",
      })
  void whatChangesNothingIsTaken(String golden, String change) throws IOException {
    Architecture plain = of(config(golden));
    Architecture changed = of(with(golden, change));
    assertThat(changed.program()).isEqualTo(plain.program());
    assertThat(changed.padToken()).isZero();
    assertThat(new TreeMap<>(changed.weights()).keySet())
        .isEqualTo(new TreeMap<>(plain.weights()).keySet());
  }

  @Test
  void familiesHaveDefaultsOfTheirOwn() throws IOException {
    String head = "lm_head.weight";
    String[] keys = {"tie_word_embeddings", "max_position_embeddings", "num_key_value_heads"};
    assertThat(of(without("llama_tied", keys)).weights()).containsKey(head);
    assertThat(of(without("llama_tied", keys)).maxPositions()).isEqualTo(2048);
    assertThat(of(without("gpt2", "tie_word_embeddings", "n_positions")).weights())
        .doesNotContainKey(head);
    assertThat(of(without("gpt2", "n_positions")).maxPositions()).isEqualTo(1024);
    Architecture gemma =
        of((ObjectNode) with("gemma", "{'num_attention_heads': 16}").without(List.of(keys)));
    assertThat(gemma.weights()).doesNotContainKey(head);
    assertThat(gemma.maxPositions()).isEqualTo(8192);
    assertThat(gemma.linearLayers().get("model.layers.0.self_attn.k_proj"))
        .containsExactly(16 * 16, 36);
    Architecture qwen =
        of((ObjectNode) with("qwen3", "{'num_attention_heads': 32}").without(List.of(keys)));
    assertThat(qwen.weights()).containsKey(head);
    assertThat(qwen.maxPositions()).isEqualTo(32768);
  }

  @Test
  void headSizesAreTheFamilys() throws IOException {
    String q = "model.layers.0.self_attn.q_proj";
    assertThat(of(without("mistral", "head_dim")).linearLayers().get(q)).containsExactly(32, 32);
    assertThat(of(without("gemma", "head_dim")).linearLayers().get(q)).containsExactly(1024, 36);
    assertThat(of(without("qwen3", "head_dim")).linearLayers().get(q)).containsExactly(512, 32);
  }

  @Test
  void aWindowBoundsTheRows() throws IOException {
    Architecture mistral = of(config("mistral"));
    assertThat(mistral.maxPositions()).isEqualTo(64);
    assertThat(mistral.positionsKey()).isEqualTo("sliding_window");
    Architecture whole = of(with("mistral", "{'sliding_window': null}"));
    assertThat(whole.maxPositions()).isEqualTo(128);
    assertThat(whole.positionsKey()).isEqualTo("max_position_embeddings");
    ObjectNode absent = without("mistral", "sliding_window").put("max_position_embeddings", 8192);
    assertThat(of(absent).maxPositions()).isEqualTo(4096);
  }

  @Test
  void blocksWithAWindowAreThoseOfTheConfiguration() throws IOException {
    // Every second block of Gemma 2 sees whole rows, every sixth of Gemma 3, or as listed.
    assertThat(windows(config("gemma2"))).isEqualTo("[6, 0, 6]");
    assertThat(windows(with("gemma2", "{'num_hidden_layers': 4}"))).isEqualTo("[6, 0, 6, 0]");
    assertThat(windows(without("gemma2", "sliding_window"))).isEqualTo("[4096, 0, 4096]");
    assertThat(windows(config("gemma3"))).isEqualTo("[6, 0, 6]");
    ObjectNode six = without("gemma3", "sliding_window_pattern").put("num_hidden_layers", 7);
    assertThat(windows(six)).isEqualTo("[6, 6, 6, 6, 6, 0, 6]");
    String[] types = {"full_attention", "sliding_attention", "sliding_attention"};
    ObjectNode listed = config("gemma3");
    List.of(types).forEach(listed.putArray("layer_types")::add);
    assertThat(windows(listed)).isEqualTo("[0, 6, 6]");
    assertThat(of(config("gemma2")).maxPositions()).isEqualTo(128);
    assertThat(of(config("phi3")).maxPositions()).isEqualTo(64);
    assertThat(of(config("phi3")).positionsKey()).isEqualTo("sliding_window");
  }

  private static String windows(ObjectNode config) {
    String program = of(config).program();
    String start = "windows = annotate(List[int], ";
    int from = program.indexOf(start) + start.length();
    return program.substring(from, program.indexOf(')', from));
  }

  @Test
  void capsAreSwitchedOffByNull() throws IOException {
    String caps = "{'attn_logit_softcapping': null, 'final_logit_softcapping': null}";
    String none = of(with("gemma2", caps)).program();
    assertThat(none).contains("if 0.0 == 0.:", "if 0.0 > 0.:");
    assertThat(of(config("gemma2")).program()).contains("if 3.0 == 0.:", "if 1.0 > 0.:");
    ObjectNode absent = without("gemma2", "attn_logit_softcapping", "final_logit_softcapping");
    assertThat(of(absent).program()).contains("if 50.0 == 0.:", "if 30.0 > 0.:");
    assertThat(of(config("gemma3")).program()).contains("if 0.0 == 0.:", "if 0.0 > 0.:");
  }

  @Test
  void aBaseModelSavedAloneHasNoPrefix() throws IOException {
    Architecture bare = Architectures.of(config("llama_tied"), Set.of("embed_tokens.weight"), null);
    assertThat(bare.weights()).containsKeys("embed_tokens.weight", "layers.0.mlp.up_proj.weight");
    assertThat(bare.program()).doesNotContain("model.");
    assertThat(bare.nameWithHead("norm.weight")).isEqualTo("model.norm.weight");
    assertThat(bare.tiedWeights())
        .containsExactly(Map.entry("lm_head.weight", "embed_tokens.weight"));
    assertThat(bare.nameWithHead("lm_head.weight")).isEqualTo("lm_head.weight");
  }

  @ParameterizedTest
  @ValueSource(strings = {"llama_gqa", "llama_tied", "gemma2", "gemma3", "phi3", "mistral", "gpt2"})
  void everyDecoderCanGetAClassifier(String golden) throws IOException {
    Map<String, HostTensor> checkpoint =
        SafeTensors.map(GOLDEN.resolve(golden).resolve("model.safetensors"));
    Architecture writes = Architectures.of(config(golden), checkpoint.keySet(), null);
    assertThat(writes.pooling()).isNull();
    assertThat(writes.head(3)).isEmpty();
    Architecture reads = Architectures.of(config(golden), checkpoint.keySet(), Pooling.LAST);
    assertThat(reads.task()).isEqualTo(ModelTask.CLASSIFICATION);
    assertThat(reads.pooling()).isEqualTo(Pooling.LAST);
    assertThat(reads.head(3).keySet()).containsExactly("score.weight");
    assertThat(reads.weights()).doesNotContainKey("lm_head.weight");
    assertThat(reads.tiedWeights()).isEmpty();
    assertThat(reads.isOfOtherHead("lm_head.weight")).isTrue();
    assertThat(reads.nameWithHead("score.weight")).isEqualTo("score.weight");
    assertThat(reads.program()).contains("def outcome").doesNotContain("def generate");
    Map<String, long[]> shapes = new HashMap<>();
    checkpoint.forEach((name, t) -> shapes.put(name, t.shape()));
    assertThatCode(() -> WeightNames.check("base", reads, shapes)).doesNotThrowAnyException();
    // A checkpoint with a classifier has one, whatever is asked for.
    Set<String> scored = new TreeSet<>(checkpoint.keySet());
    scored.add("score.weight");
    assertThat(Architectures.of(config(golden), scored, null).task())
        .isEqualTo(ModelTask.CLASSIFICATION);
    Architecture adapted =
        Architectures.adapted(config(golden), checkpoint.keySet(), Set.of("score.weight"));
    assertThat(adapted.classifierPooling()).isEqualTo(Pooling.LAST);
  }

  /** transformers looks for the last token that is not padding, by its id. */
  @ParameterizedTest
  @ValueSource(strings = {"llama_score", "gpt2_score", "gemma3_score"})
  void theLastTokenThatIsNotPaddingIsRead(String golden) throws IOException {
    long pad = 0;
    long[] row = {5, 9, pad, 7, pad, pad};
    ObjectNode none = with(golden, "{'pad_token_id': null}");
    float[] cut = score(golden, config(golden), Arrays.copyOf(row, 4));
    assertThat(score(golden, config(golden), row))
        .usingComparatorWithPrecision(1e-5f)
        .containsExactly(cut);
    assertThat(score(golden, none, Arrays.copyOf(row, 4))).isEqualTo(cut);
    assertThat(score(golden, none, row)[0]).isNotCloseTo(cut[0], offset(1e-3f));
    float[] first = score(golden, none, pad);
    assertThat(score(golden, config(golden), pad, pad))
        .usingComparatorWithPrecision(1e-5f)
        .containsExactly(first);
    // Ids are compared, so the rows of the embedding must keep their numbers.
    assertThat(of(golden, config(golden)).fixedIds()).isEqualTo(1);
    assertThat(of(golden, none).fixedIds()).isZero();
  }

  private static Architecture of(String golden, ObjectNode config) throws IOException {
    return Architectures.of(
        config,
        SafeTensors.map(GOLDEN.resolve(golden).resolve("model.safetensors")).keySet(),
        null);
  }

  private static float[] score(String golden, ObjectNode config, long... row) throws IOException {
    Torch.prepareThread(1);
    Map<String, HostTensor> weights =
        SafeTensors.map(GOLDEN.resolve(golden).resolve("model.safetensors"));
    try (NDManager manager = Torch.manager(Device.cpu());
        Model model =
            new Model(of(golden, config), weights, Map.of(), Device.cpu(), Precision.FLOAT32)) {
      NDArray ids = manager.create(row, new Shape(1, row.length));
      return model.logits(manager, List.of(), List.of(ids)).toFloatArray();
    }
  }

  @Test
  void biasesAreWhereTheConfigurationPutsThem() throws IOException {
    String b = "model.layers.0.";
    assertThat(biases(of(with("llama_gqa", "{'attention_bias': true}"))))
        .containsExactly("k_proj", "o_proj", "q_proj", "v_proj");
    assertThat(biases(of(with("llama_gqa", "{'mlp_bias': true}"))))
        .containsExactly("down_proj", "gate_proj", "up_proj");
    assertThat(biases(of(with("gemma", "{'attention_bias': true}"))))
        .containsExactly("k_proj", "o_proj", "q_proj", "v_proj");
    assertThat(biases(of(config("qwen2")))).containsExactly("k_proj", "q_proj", "v_proj");
    assertThat(biases(of(config("qwen3")))).isEmpty();
    assertThat(of(config("qwen2")).weights().get(b + "self_attn.k_proj.bias")).containsExactly(16);
  }

  private static Set<String> biases(Architecture architecture) {
    Set<String> biased = new TreeSet<>();
    for (String name : architecture.weights().keySet()) {
      if (name.endsWith(".bias")) {
        String layer = name.substring(0, name.length() - ".bias".length());
        biased.add(layer.substring(layer.lastIndexOf('.') + 1));
      }
    }
    return biased;
  }

  @Test
  void gpt2sPrefixIsTheCheckpoints() throws IOException {
    Architecture bare =
        Architectures.of(config("gpt2"), Set.of("wte.weight", "h.0.attn.bias"), Pooling.MEAN);
    assertThat(bare.weights()).containsKeys("wte.weight", "h.1.mlp.c_fc.bias", "ln_f.weight");
    assertThat(bare.program()).doesNotContain("transformer.");
    assertThat(bare.nameWithHead("h.0.attn.c_attn")).isEqualTo("transformer.h.0.attn.c_attn");
    Architecture headed = of(config("gpt2"));
    assertThat(headed.nameWithHead("transformer.wte.weight")).isEqualTo("transformer.wte.weight");
    assertThat(headed.linearLayers().keySet()).allMatch(name -> name.startsWith("transformer.h."));
    assertThat(headed.linearLayers()).hasSize(8);
  }

  @Test
  void gpt2ComputesTheSameUnderEitherNames() throws IOException {
    Map<String, HostTensor> headed = SafeTensors.map(GOLDEN.resolve("gpt2/model.safetensors"));
    Map<String, HostTensor> bare = new TreeMap<>();
    headed.forEach((name, w) -> bare.put(name.substring(Gpt2.HEADED.length()), w));
    Map<String, float[]> expected = gradients(headed);
    Map<String, float[]> actual = gradients(bare);
    assertThat(expected).hasSize(headed.size());
    assertThat(actual).hasSize(bare.size());
    bare.keySet()
        .forEach(
            name ->
                assertThat(actual.get("grads." + name))
                    .as(name)
                    .isEqualTo(expected.get("grads." + Gpt2.HEADED + name)));
  }

  private static Map<String, float[]> gradients(Map<String, HostTensor> weights)
      throws IOException {
    Torch.prepareThread(1);
    Architecture gpt2 = Architectures.of(config("gpt2"), weights.keySet(), Pooling.MEAN);
    HostTensor ids = SafeTensors.map(GOLDEN.resolve("gpt2/inputs.safetensors")).get("input_ids");
    try (NDManager manager = Torch.manager(Device.cpu());
        Model model = new Model(gpt2, weights, Map.of(), Device.cpu(), Precision.FLOAT32)) {
      List<NDArray> train = new ArrayList<>();
      weights.forEach((name, w) -> train.add(model.trainable(manager, name, w)));
      NDArray rows = Torch.copy(manager, ids.data(), DataType.INT64, ids.shape());
      Map<String, float[]> found = new HashMap<>();
      model
          .checkpointed(manager, train, List.of(rows, rows.duplicate()))
          .forEach((name, g) -> found.put(name, g.toFloatArray()));
      found.keySet().removeIf(name -> !name.startsWith("grads."));
      return found;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "llama_tied",
        "gemma",
        "qwen2",
        "qwen3",
        "mistral",
        "gpt2",
        "llama_rope_dynamic",
        "phi3",
        "gemma2",
        "gemma3"
      })
  void everyFamilyComputesInBfloat16(String golden) throws IOException {
    Torch.prepareThread(1);
    Path folder = GOLDEN.resolve(golden);
    Map<String, HostTensor> inputs = SafeTensors.map(folder.resolve("inputs.safetensors"));
    HostTensor expected = SafeTensors.map(folder.resolve("outputs.safetensors")).get("logits");
    Map<String, HostTensor> weights = SafeTensors.map(folder.resolve("model.safetensors"));
    try (NDManager manager = Torch.manager(Device.cpu());
        Model model =
            new Model(of(config(golden)), weights, Map.of(), Device.cpu(), Precision.BFLOAT16)) {
      List<NDArray> rows = new ArrayList<>();
      for (String name : List.of("input_ids", "attention_mask")) {
        HostTensor x = inputs.get(name);
        rows.add(Torch.copy(manager, x.data(), DataType.INT64, x.shape()));
      }
      float[] found = model.logits(manager, List.of(), rows).toFloatArray();
      float[] e = expected.toFloats();
      long width = expected.elements() / inputs.get("attention_mask").elements();
      double error = 0;
      double norm = 0;
      for (int i = 0; i < e.length; i++) {
        if (inputs.get("attention_mask").data().asLongBuffer().get((int) (i / width)) == 1) {
          error += Math.pow(found[i] - e[i], 2);
          norm += Math.pow(e[i], 2);
        }
      }
      // Eight bits of mantissa: 0.4 % per operation.
      assertThat(Math.sqrt(error / norm)).isBetween(1e-5, 0.05);
    }
  }

  @Test
  void oldBuffersOfGpt2AreIgnoredAndNoWeightsAre() throws IOException {
    Architecture gpt2 = of(config("gpt2"));
    List<Globs> ignored = gpt2.ignoredWeights().stream().map(Globs::of).toList();
    Map<String, long[]> shapes = new HashMap<>(gpt2.weights());
    for (String name : shapes.keySet()) {
      assertThat(ignored).as(name).noneMatch(glob -> glob.matches(name));
    }
    for (String name : List.of("transformer.h.0.attn.bias", "transformer.h.1.attn.masked_bias")) {
      assertThat(ignored).as(name).anyMatch(glob -> glob.matches(name));
      shapes.put(name, new long[] {1, 1, 64, 64});
    }
    assertThatCode(() -> WeightNames.check("models/gpt2", gpt2, shapes)).doesNotThrowAnyException();
  }

  @Test
  void anUntiedHeadIsItsOwnAndATiedOneMayLieTwice() throws IOException {
    Architecture untied = of(with("gpt2", "{'tie_word_embeddings': false}"));
    assertThat(untied.weights().get("lm_head.weight")).containsExactly(380, 32);
    assertThat(untied.program()).contains("w[\"lm_head.weight\"]");
    assertThat(untied.tiedWeights()).isEmpty();
    assertThat(of(config("gpt2")).tiedWeights())
        .containsExactly(Map.entry("lm_head.weight", "transformer.wte.weight"));
    assertThat(of(config("gemma")).tiedWeights())
        .containsExactly(Map.entry("lm_head.weight", "model.embed_tokens.weight"));
    assertThat(of(config("qwen2")).tiedWeights()).isEmpty();
  }

  @Test
  void anUnknownFamilyHearsOfAllThatAreSupported() throws IOException {
    ObjectNode config = with("llama_gqa", "{'model_type': 'gemma9'}");
    assertThatThrownBy(() -> of(config))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("model_type \"gemma9\" is not supported; supported: bert,")
        .hasMessageContaining(
            "gemma, gemma2, gemma3, gemma3_text, gpt2, llama, mistral, phi3, qwen2, qwen3");
  }
}
