package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Llama (Touvron et al. 2023): pre-norm blocks with RMSNorm, rotary positions on the two halves of
 * a head, grouped keys and values, SwiGLU; its own head, or the embedding's matrix again.
 *
 * <p>Shapes: d = hidden_size, m = intermediate_size, h = head_dim, which need not be d / heads;
 * linear weights [out, in].
 */
final class Llama implements Architecture {
  static final String MODEL_TYPE = "llama";

  private static final String BLOCKS = "model.layers.";

  private final int hidden;
  private final int intermediate;
  private final int layers;
  private final int heads;
  private final int kvHeads;
  private final int head;
  private final int vocabulary;
  private final int positions;
  private final double epsilon;
  private final double theta;
  private final double initializerRange;
  private final long padToken;
  private final boolean tied;
  private final boolean attentionBias;
  private final boolean mlpBias;

  /**
   * Reads the sizes, in the classic layout or that of transformers 5.
   *
   * @param json the checkpoint's config.json
   */
  Llama(JsonNode json) {
    ConfigJson config = new ConfigJson(json);
    hidden = config.size("hidden_size");
    intermediate = config.size("intermediate_size");
    layers = config.size("num_hidden_layers");
    heads = config.size("num_attention_heads");
    kvHeads = config.size("num_key_value_heads", heads);
    head = config.size("head_dim", Math.max(1, hidden / heads));
    vocabulary = config.size("vocab_size");
    positions = config.size("max_position_embeddings", 2048);
    epsilon = config.number("rms_norm_eps", 1e-6);
    initializerRange = config.number("initializer_range", 0.02);
    padToken = Math.max(0, (long) config.number("pad_token_id", 0));
    tied = config.flag("tie_word_embeddings", false);
    attentionBias = config.flag("attention_bias", false);
    mlpBias = config.flag("mlp_bias", false);
    config.choice("hidden_act", "silu", Set.of("silu"));
    theta = theta(config, json);
    if (padToken >= vocabulary) {
      config.problem("pad_token_id %d is outside the vocabulary".formatted(padToken));
    }
    if (heads % kvHeads != 0) {
      config.problem(
          "num_attention_heads %d is no multiple of num_key_value_heads %d"
              .formatted(heads, kvHeads));
    }
    if (head % 2 != 0) {
      config.problem("head_dim %d is odd, and rotary positions need halves".formatted(head));
    }
    config.check();
  }

  private static double theta(ConfigJson config, JsonNode json) {
    JsonNode scaling = json.hasNonNull("rope_parameters") ? json.get("rope_parameters") : json;
    for (String key : new String[] {"rope_scaling", "rope_parameters"}) {
      JsonNode node = json.path(key);
      String type = node.path("rope_type").asText(node.path("type").asText("default"));
      if (!type.equals("default")) {
        config.problem(key + " of type \"" + type + "\" is not supported; supported: default");
      }
    }
    return scaling.path("rope_theta").asDouble(10000);
  }

  @Override
  public Task task() {
    return Task.GENERATION;
  }

  @Override
  public Map<String, long[]> weights() {
    Map<String, long[]> w = new LinkedHashMap<>();
    w.put("model.embed_tokens.weight", new long[] {vocabulary, hidden});
    for (int i = 0; i < layers; i++) {
      String b = BLOCKS + i + ".";
      w.put(b + "input_layernorm.weight", new long[] {hidden});
      layer(w, b + "self_attn.q_proj", heads * head, hidden, attentionBias);
      layer(w, b + "self_attn.k_proj", kvHeads * head, hidden, attentionBias);
      layer(w, b + "self_attn.v_proj", kvHeads * head, hidden, attentionBias);
      layer(w, b + "self_attn.o_proj", hidden, heads * head, attentionBias);
      w.put(b + "post_attention_layernorm.weight", new long[] {hidden});
      layer(w, b + "mlp.gate_proj", intermediate, hidden, mlpBias);
      layer(w, b + "mlp.up_proj", intermediate, hidden, mlpBias);
      layer(w, b + "mlp.down_proj", hidden, intermediate, mlpBias);
    }
    w.put("model.norm.weight", new long[] {hidden});
    if (!tied) {
      w.put("lm_head.weight", new long[] {vocabulary, hidden});
    }
    return w;
  }

  private static void layer(Map<String, long[]> w, String name, int out, int in, boolean bias) {
    w.put(name + ".weight", new long[] {out, in});
    if (bias) {
      w.put(name + ".bias", new long[] {out});
    }
  }

  @Override
  public Map<String, long[]> optionalWeights() {
    return Map.of();
  }

  @Override
  public Map<String, long[]> head(int labels) {
    return Map.of();
  }

  @Override
  public Map<String, long[]> linearLayers() {
    Map<String, long[]> linear = new LinkedHashMap<>();
    weights()
        .forEach(
            (name, shape) -> {
              if (name.endsWith("_proj.weight")) {
                linear.put(name.substring(0, name.length() - ".weight".length()), shape);
              }
            });
    return linear;
  }

  @Override
  public String program() {
    Map<String, Object> constants = new HashMap<>();
    constants.put("hidden", hidden);
    constants.put("heads", heads);
    constants.put("kv_heads", kvHeads);
    constants.put("head", head);
    constants.put("head_reciprocal", 1.0 / head);
    constants.put("theta", theta);
    constants.put("epsilon", epsilon);
    return Programs.decoder(layers, BLOCKS, constants, "rotary.py", "llama.py");
  }

  @Override
  public long vocabulary() {
    return vocabulary;
  }

  @Override
  public int maxPositions() {
    return positions;
  }

  @Override
  public long padToken() {
    return padToken;
  }

  @Override
  public double initializerRange() {
    return initializerRange;
  }
}
