package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * GPT-2 (Radford et al. 2019): pre-norm blocks with LayerNorm, learned positions, one layer for
 * queries, keys and values; the head is tied to the embedding.
 *
 * <p>Names are those of {@code GPT2Model}, or those of {@code GPT2LMHeadModel} with the prefix
 * {@code transformer.}, as in the checkpoint. Shapes: d = n_embd, m = n_inner; the weights of
 * linear layers are stored as [in, out], unlike in all other families.
 */
final class Gpt2 implements TextArchitecture {
  static final String MODEL_TYPE = "gpt2";

  /** The prefix of names in a GPT2LMHeadModel. */
  static final String HEADED = "transformer.";

  private static final String WEIGHT = ".weight";

  private static final String WTE = "wte.weight";

  private final int hidden;
  private final int intermediate;
  private final int layers;
  private final int heads;
  private final int vocabulary;
  private final int positions;
  private final double epsilon;
  private final Facts facts;
  private final boolean tied;
  private final String activation;
  private final DecoderUse use;
  private final String prefix;
  private final long padding;

  /**
   * Reads the sizes.
   *
   * @param json the checkpoint's config.json
   * @param use whether it writes or classifies, and the prefix of its names
   */
  Gpt2(JsonNode json, DecoderUse use) {
    ConfigJson config = new ConfigJson(json);
    hidden = config.size("n_embd");
    intermediate = config.size("n_inner", 4 * hidden);
    layers = config.size("n_layer");
    heads = config.size("n_head");
    vocabulary = config.size("vocab_size");
    positions = config.size("n_positions", 1024);
    epsilon = config.number("layer_norm_epsilon", 1e-5);
    double initializerRange = config.number("initializer_range", 0.02);
    long padToken = config.padToken(vocabulary);
    tied = config.flag("tie_word_embeddings", true);
    activation = config.activation("activation_function", "gelu_new");
    config.only("scale_attn_weights", true);
    config.only("scale_attn_by_inverse_layer_idx", false);
    config.only("reorder_and_upcast_attn", false);
    config.only("add_cross_attention", false);
    if (hidden % heads != 0) {
      config.problem("n_embd %d is not a multiple of n_head %d".formatted(hidden, heads));
    }
    if (use.classifies()) {
      config.oneLabelARow();
    }
    padding = config.padding(-1);
    config.check();
    facts = new Facts(vocabulary, positions, padToken, initializerRange);
    this.use = use;
    prefix = use.prefix();
  }

  @Override
  public ModelTask task() {
    return use.task();
  }

  @Override
  public Pooling pooling() {
    return use.pooling();
  }

  @Override
  public Pooling classifierPooling() {
    return use.pooling();
  }

  private boolean tied() {
    return tied && !use.classifies();
  }

  @Override
  public Map<String, long[]> weights() {
    Map<String, long[]> w = new LinkedHashMap<>();
    w.put(prefix + WTE, new long[] {vocabulary, hidden});
    w.put(prefix + "wpe.weight", new long[] {positions, hidden});
    for (int i = 0; i < layers; i++) {
      String b = blocks() + i + ".";
      norm(w, b + "ln_1");
      layer(w, b + "attn.c_attn", hidden, 3 * hidden);
      layer(w, b + "attn.c_proj", hidden, hidden);
      norm(w, b + "ln_2");
      layer(w, b + "mlp.c_fc", hidden, intermediate);
      layer(w, b + "mlp.c_proj", intermediate, hidden);
    }
    norm(w, prefix + "ln_f");
    if (!tied && !use.classifies()) {
      w.put(DecoderUse.LM_HEAD, new long[] {vocabulary, hidden});
    }
    return w;
  }

  private static void layer(Map<String, long[]> w, String name, int in, int out) {
    w.put(name + WEIGHT, new long[] {in, out});
    w.put(name + ".bias", new long[] {out});
  }

  private void norm(Map<String, long[]> w, String name) {
    w.put(name + WEIGHT, new long[] {hidden});
    w.put(name + ".bias", new long[] {hidden});
  }

  private String blocks() {
    return prefix + "h.";
  }

  /** The padding token is looked for by its id. */
  @Override
  public int fixedIds() {
    return use.classifies() ? (int) Math.min(vocabulary, padding + 1) : 0;
  }

  @Override
  public List<String> ignoredWeights() {
    // The causal mask and the value of masked places, which old checkpoints have as tensors.
    return use.ignored(List.of("*.attn.bias", "*.attn.masked_bias"));
  }

  @Override
  public List<String> otherHeads() {
    return use.otherHeads();
  }

  @Override
  public Map<String, String> tiedWeights() {
    return tied() ? Map.of(DecoderUse.LM_HEAD, prefix + WTE) : Map.of();
  }

  @Override
  public String lookedUp() {
    return tied() ? null : prefix + WTE;
  }

  @Override
  public Map<String, long[]> head(int labels) {
    return use.head(labels, hidden);
  }

  @Override
  public String nameWithHead(String name) {
    return use.nameWithHead(name, HEADED);
  }

  @Override
  public Map<String, long[]> linearLayers() {
    Map<String, long[]> linear = WeightNames.layers(weights(), name -> name.startsWith(blocks()));
    linear.replaceAll((layer, shape) -> new long[] {shape[1], shape[0]});
    return linear;
  }

  @Override
  public boolean transposed(String layer) {
    return linearLayers().containsKey(layer);
  }

  @Override
  public String program() {
    return Programs.decoder(
        use.classifies(),
        layers,
        blocks(),
        Map.of(
            "hidden", hidden,
            "heads", heads,
            "head", hidden / heads,
            "epsilon", epsilon,
            "activation", activation,
            "prefix", prefix,
            "pad", padding,
            "writer", Programs.layer(tied ? prefix + WTE : DecoderUse.LM_HEAD)),
        "gpt2.py");
  }

  @Override
  public Facts facts() {
    return facts;
  }

  @Override
  public String positionsKey() {
    return "n_positions";
  }

  /** Registers it under its name. */
  public static final class Provider extends ModelFamily {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(MODEL_TYPE, "decoders with learned positions", "Radford et al. 2019");
    }

    @Override
    public Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
      return new Gpt2(config, DecoderUse.of(names, pooling, HEADED, WTE));
    }
  }
}
