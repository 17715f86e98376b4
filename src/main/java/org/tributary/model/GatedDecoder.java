package org.tributary.model;

import java.util.HashMap;
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
  /** The prefix of names in a model with a head. */
  static final String HEADED = "model.";

  private static final String EMBEDDING = "embed_tokens.weight";

  private static final String WEIGHT = ".weight";

  /**
   * The differences between families.
   *
   * @param text name of the program text with its {@code normed} and {@code tokens}
   * @param absent defaults of keys that config.json leaves out
   * @param activation of the gate, TorchScript over {@code y}
   * @param block the weights of a block
   * @param attention windows, scale and cap of the attention, and its rotary positions
   * @param logitCap c, if logits y become {@code c tanh(y / c)}; 0 for none
   */
  record Traits(
      String text,
      Defaults absent,
      String activation,
      DecoderBlock block,
      DecoderAttention attention,
      double logitCap) {
    /** Logits without a cap. */
    Traits(
        String text,
        Defaults absent,
        String activation,
        DecoderBlock block,
        DecoderAttention attention) {
      this(text, absent, activation, block, attention, 0);
    }
  }

  /**
   * The defaults of a family's configuration class in transformers.
   *
   * @param positions max_position_embeddings
   * @param epsilon rms_norm_eps
   * @param kvHeads num_key_value_heads; 0 for as many as heads
   * @param head head_dim; 0 for hidden_size / heads
   * @param tied tie_word_embeddings
   * @param padding pad_token_id; -1 for none
   */
  record Defaults(
      int positions, double epsilon, int kvHeads, int head, boolean tied, long padding) {
    /** With the usual epsilon and no padding token. */
    Defaults(int positions, int kvHeads, int head, boolean tied) {
      this(positions, 1e-6, kvHeads, head, tied, -1);
    }
  }

  private final Traits traits;
  private final DecoderUse use;
  private final int layers;
  private final DecoderBlock.Sizes sizes;
  private final int vocabulary;
  private final double epsilon;
  private final Facts facts;
  private final boolean tied;
  private final Rope rope;
  private final long padding;

  /**
   * Reads the sizes, in the old layout or that of transformers 5.
   *
   * @param config the checkpoint's config.json, whose problems are reported here
   * @param use whether it writes or classifies, and the prefix of its names
   * @param traits the differences of the family
   */
  GatedDecoder(ConfigJson config, DecoderUse use, Traits traits) {
    this.traits = traits;
    this.use = use;
    layers = config.size("num_hidden_layers");
    sizes = sizes(config, traits.absent());
    vocabulary = config.size("vocab_size");
    epsilon = config.number("rms_norm_eps", traits.absent().epsilon());
    double initializerRange = config.number("initializer_range", 0.02);
    long padToken = config.padToken(vocabulary);
    tied = config.flag("tie_word_embeddings", traits.absent().tied());
    int positions = config.size("max_position_embeddings", traits.absent().positions());
    rope = traits.attention().rope().read(config, sizes.head(), positions);
    config.refuse("text_config", "take the text model out of the larger one");
    checkHeads(config);
    if (use.classifies()) {
      config.oneLabelARow();
    }
    padding = config.padding(traits.absent().padding());
    config.check();
    int longest = Math.min(rope.positions(), traits.attention().longest());
    facts = new Facts(vocabulary, longest, padToken, initializerRange);
  }

  private static DecoderBlock.Sizes sizes(ConfigJson config, Defaults absent) {
    int hidden = config.size("hidden_size");
    int heads = config.size("num_attention_heads");
    boolean asHeads = absent.kvHeads() == 0 || config.isNull("num_key_value_heads");
    return new DecoderBlock.Sizes(
        hidden,
        config.size("intermediate_size"),
        heads,
        config.size("num_key_value_heads", asHeads ? heads : absent.kvHeads()),
        config.size("head_dim", absent.head() == 0 ? Math.max(1, hidden / heads) : absent.head()));
  }

  private void checkHeads(ConfigJson config) {
    int hidden = sizes.hidden();
    int heads = sizes.heads();
    if (traits.absent().head() == 0 && !config.has("head_dim") && hidden % heads != 0) {
      config.problem(
          "hidden_size %d is not a multiple of num_attention_heads %d, and there is no head_dim"
              .formatted(hidden, heads));
    }
    if (heads % sizes.kvHeads() != 0) {
      config.problem(
          "num_attention_heads %d is not a multiple of num_key_value_heads %d"
              .formatted(heads, sizes.kvHeads()));
    }
    if (sizes.head() % 2 != 0) {
      config.problem(
          "head_dim %d is odd, and rotary positions need halves".formatted(sizes.head()));
    }
  }

  /**
   * The use of a checkpoint.
   *
   * @param names of its tensors
   * @param pooling {@link Pooling#LAST} for a new classifier
   */
  static DecoderUse use(Set<String> names, Pooling pooling) {
    return DecoderUse.of(names, pooling, HEADED, EMBEDDING);
  }

  private String embedding() {
    return use.prefix() + EMBEDDING;
  }

  private String blocks() {
    return use.prefix() + "layers.";
  }

  private boolean tied() {
    return tied && !use.classifies();
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

  @Override
  public Map<String, long[]> weights() {
    Map<String, long[]> w = new LinkedHashMap<>();
    w.put(embedding(), new long[] {vocabulary, sizes.hidden()});
    for (int i = 0; i < layers; i++) {
      traits.block().add(w, blocks() + i + ".", sizes);
    }
    w.put(use.prefix() + "norm.weight", new long[] {sizes.hidden()});
    if (!tied && !use.classifies()) {
      w.put(use.writer(), new long[] {vocabulary, sizes.hidden()});
    }
    return w;
  }

  @Override
  public Map<String, String> tiedWeights() {
    return tied() ? Map.of(use.writer(), embedding()) : Map.of();
  }

  @Override
  public String lookedUp() {
    return tied() ? null : embedding();
  }

  /** The padding token is looked for by its id. */
  @Override
  public int fixedIds() {
    return use.classifies() ? (int) Math.min(vocabulary, padding + 1) : 0;
  }

  @Override
  public List<String> ignoredWeights() {
    return use.ignored(TextArchitecture.super.ignoredWeights());
  }

  @Override
  public List<String> otherHeads() {
    return use.otherHeads();
  }

  @Override
  public Map<String, long[]> head(int labels) {
    return use.head(labels, sizes.hidden());
  }

  @Override
  public String nameWithHead(String name) {
    return use.nameWithHead(name, HEADED);
  }

  /** A folder with other parts, such as a vision tower, is of another class. */
  @Override
  public String writingClass() {
    return use.foreign().isEmpty() ? "ForCausalLM" : "ForConditionalGeneration";
  }

  @Override
  public String nameInPeft(String name) {
    return use.nameInPeft(name);
  }

  @Override
  public String nameFromPeft(String name) {
    return use.nameFromPeft(name);
  }

  @Override
  public Map<String, long[]> linearLayers() {
    return WeightNames.layers(weights(), name -> name.endsWith("_proj" + WEIGHT));
  }

  @Override
  public String program() {
    Map<String, Object> constants = new HashMap<>(rope.constants());
    constants.putAll(traits.attention().constants(layers, sizes.head()));
    constants.put("prefix", use.prefix());
    constants.put("pad", padding);
    constants.put("hidden", sizes.hidden());
    constants.put("root", Math.sqrt(sizes.hidden()));
    constants.put("heads", sizes.heads());
    constants.put("kv_heads", sizes.kvHeads());
    constants.put("head", sizes.head());
    constants.put("epsilon", epsilon);
    constants.put("activation", traits.activation());
    constants.put("logit_cap", traits.logitCap());
    constants.put("writer", Programs.layer(tied ? embedding() : use.writer()));
    return Programs.decoder(
        use.classifies(),
        layers,
        blocks(),
        constants,
        "rotary.py",
        rope.text(),
        traits.text(),
        "gated.py");
  }

  @Override
  public Facts facts() {
    return facts;
  }

  @Override
  public String positionsKey() {
    return traits.attention().longest() < rope.positions()
        ? "sliding_window"
        : "max_position_embeddings";
  }
}
