package org.tributary.model;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Llama and similar decoders: pre-norm blocks with RMSNorm, rotary positions on the two halves of a
 * head, grouped-query attention, a gated MLP, and a head that may be tied to the embedding. The
 * families differ in {@link Traits}.
 *
 * <p>Shapes: d = hidden_size, m = intermediate_size, h = head_dim, which may differ from d / heads;
 * linear weights [out, in].
 */
final class GatedDecoder implements TextArchitecture {
  /** The layers of attention that read the block's input. */
  static final List<String> QUERY_KEY_VALUE = List.of("q_proj", "k_proj", "v_proj");

  /** The layers of the MLP. */
  static final List<String> MLP = List.of("gate_proj", "up_proj", "down_proj");

  private static final String OUTPUT = "o_proj";

  private static final String BLOCKS = "model.layers.";

  private static final String EMBEDDING = "model.embed_tokens.weight";

  private static final String LM_HEAD = "lm_head.weight";

  private static final String WEIGHT = ".weight";

  /**
   * The differences between families.
   *
   * @param text name of the program text with its {@code norm} and {@code tokens}
   * @param absent defaults of keys that config.json leaves out
   * @param activation of the gate, TorchScript over {@code y}
   * @param biased last parts of the names of layers with a bias
   * @param headNorms whether queries and keys of each head are normalized
   * @param window the size of the attention window; longer rows cannot be computed
   */
  record Traits(
      String text,
      Defaults absent,
      String activation,
      Set<String> biased,
      boolean headNorms,
      int window) {}

  /**
   * The defaults of a family's configuration class in transformers.
   *
   * @param positions max_position_embeddings
   * @param kvHeads num_key_value_heads; 0 for as many as heads
   * @param head head_dim; 0 for hidden_size / heads
   * @param tied tie_word_embeddings
   */
  record Defaults(int positions, int kvHeads, int head, boolean tied) {}

  private final Traits traits;
  private final int hidden;
  private final int intermediate;
  private final int layers;
  private final int heads;
  private final int kvHeads;
  private final int head;
  private final int vocabulary;
  private final double epsilon;
  private final Facts facts;
  private final boolean tied;
  private final Rope rope;

  /**
   * Reads the sizes, in the old layout or that of transformers 5.
   *
   * @param config the checkpoint's config.json, whose problems are reported here
   * @param traits the differences of the family
   */
  GatedDecoder(ConfigJson config, Traits traits) {
    this.traits = traits;
    Defaults absent = traits.absent();
    hidden = config.size("hidden_size");
    intermediate = config.size("intermediate_size");
    layers = config.size("num_hidden_layers");
    heads = config.size("num_attention_heads");
    kvHeads =
        config.size(
            "num_key_value_heads",
            absent.kvHeads() == 0 || config.isNull("num_key_value_heads")
                ? heads
                : absent.kvHeads());
    head =
        config.size("head_dim", absent.head() == 0 ? Math.max(1, hidden / heads) : absent.head());
    vocabulary = config.size("vocab_size");
    epsilon = config.number("rms_norm_eps", 1e-6);
    double initializerRange = config.number("initializer_range", 0.02);
    long padToken = config.padToken(vocabulary);
    tied = config.flag("tie_word_embeddings", absent.tied());
    rope = Rope.of(config, head, config.size("max_position_embeddings", absent.positions()));
    config.refuse("text_config", "take the text model out of the larger one");
    checkHeads(config);
    config.check();
    facts =
        new Facts(
            vocabulary, Math.min(rope.positions(), traits.window()), padToken, initializerRange);
  }

  /**
   * The layers that have a bias because of attention_bias.
   *
   * @param config of the checkpoint
   * @return all four, or none
   */
  static Set<String> attentionBias(ConfigJson config) {
    Set<String> biased = new HashSet<>();
    if (config.flag("attention_bias", false)) {
      biased.addAll(QUERY_KEY_VALUE);
      biased.add(OUTPUT);
    }
    return biased;
  }

  private void checkHeads(ConfigJson config) {
    if (traits.absent().head() == 0 && !config.has("head_dim") && hidden % heads != 0) {
      config.problem(
          "hidden_size %d is not a multiple of num_attention_heads %d, and there is no head_dim"
              .formatted(hidden, heads));
    }
    if (heads % kvHeads != 0) {
      config.problem(
          "num_attention_heads %d is not a multiple of num_key_value_heads %d"
              .formatted(heads, kvHeads));
    }
    if (head % 2 != 0) {
      config.problem("head_dim %d is odd, and rotary positions need halves".formatted(head));
    }
  }

  @Override
  public ModelTask task() {
    return ModelTask.GENERATION;
  }

  @Override
  public Map<String, long[]> weights() {
    Map<String, long[]> w = new LinkedHashMap<>();
    w.put(EMBEDDING, new long[] {vocabulary, hidden});
    for (int i = 0; i < layers; i++) {
      String b = BLOCKS + i + ".";
      w.put(b + "input_layernorm.weight", new long[] {hidden});
      for (String name : QUERY_KEY_VALUE) {
        layer(
            w,
            b + "self_attn." + name,
            (name.equals("q_proj") ? heads : kvHeads) * (long) head,
            hidden);
      }
      if (traits.headNorms()) {
        w.put(b + "self_attn.q_norm.weight", new long[] {head});
        w.put(b + "self_attn.k_norm.weight", new long[] {head});
      }
      layer(w, b + "self_attn." + OUTPUT, hidden, heads * (long) head);
      w.put(b + "post_attention_layernorm.weight", new long[] {hidden});
      layer(w, b + "mlp.gate_proj", intermediate, hidden);
      layer(w, b + "mlp.up_proj", intermediate, hidden);
      layer(w, b + "mlp.down_proj", hidden, intermediate);
    }
    w.put("model.norm.weight", new long[] {hidden});
    if (!tied) {
      w.put(LM_HEAD, new long[] {vocabulary, hidden});
    }
    return w;
  }

  private void layer(Map<String, long[]> w, String name, long out, long in) {
    w.put(name + WEIGHT, new long[] {out, in});
    if (traits.biased().contains(name.substring(name.lastIndexOf('.') + 1))) {
      w.put(name + ".bias", new long[] {out});
    }
  }

  @Override
  public Map<String, String> tiedWeights() {
    return tied ? Map.of(LM_HEAD, EMBEDDING) : Map.of();
  }

  @Override
  public String lookedUp() {
    return tied ? null : EMBEDDING;
  }

  @Override
  public Map<String, long[]> head(int labels) {
    return Map.of();
  }

  @Override
  public Map<String, long[]> linearLayers() {
    return WeightNames.layers(weights(), name -> name.endsWith("_proj" + WEIGHT));
  }

  @Override
  public String program() {
    Map<String, Object> constants = new HashMap<>(rope.constants());
    constants.put("hidden", hidden);
    constants.put("root", Math.sqrt(hidden));
    constants.put("heads", heads);
    constants.put("kv_heads", kvHeads);
    constants.put("head", head);
    constants.put("epsilon", epsilon);
    constants.put("activation", traits.activation());
    constants.put("head_weight", tied ? EMBEDDING : LM_HEAD);
    return Programs.decoder(
        layers, BLOCKS, constants, "rotary.py", rope.text(), traits.text(), "gated.py");
  }

  @Override
  public Facts facts() {
    return facts;
  }

  @Override
  public String positionsKey() {
    return traits.window() < rope.positions() ? "sliding_window" : "max_position_embeddings";
  }
}
