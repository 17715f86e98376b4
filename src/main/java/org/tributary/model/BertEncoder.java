package org.tributary.model;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The encoder of BERT (Devlin et al. 2019), which RoBERTa has too: post-norm blocks. Families
 * differ in how they count positions and in what follows the blocks. There is no dropout, so that a
 * step is a function of its batch.
 *
 * <p>Names are those of the base model, or those of the model with a head with a prefix such as
 * {@code bert.}, as in the checkpoint. Shapes: d = hidden_size, m = intermediate_size; linear
 * weights [out, in].
 */
abstract class BertEncoder implements TextArchitecture {
  private static final String BLOCKS = "encoder.layer.";

  private final int hidden;
  private final int intermediate;
  private final int layers;
  private final int heads;
  private final int vocabulary;
  private final int positions;
  private final int types;
  private final double epsilon;
  private final double initializerRange;
  private final String activation;
  private final String prefix;
  private final boolean isOld;

  /**
   * Reads the sizes. The caller reads the rest and then calls {@link ConfigJson#check}.
   *
   * @param config the checkpoint's config.json
   * @param prefix of the names, such as {@code "bert."}, or empty
   * @param isOld whether norms have {@code gamma} and {@code beta}, as in Google's first
   *     checkpoints, instead of {@code weight} and {@code bias}
   */
  BertEncoder(ConfigJson config, String prefix, boolean isOld) {
    hidden = config.size("hidden_size");
    intermediate = config.size("intermediate_size");
    layers = config.size("num_hidden_layers");
    heads = config.size("num_attention_heads");
    vocabulary = config.size("vocab_size");
    positions = config.size("max_position_embeddings", 512);
    types = config.size("type_vocab_size", 2);
    epsilon = config.number("layer_norm_eps", 1e-12);
    initializerRange = config.number("initializer_range", 0.02);
    activation = config.activation("hidden_act", "gelu");
    config.choice("position_embedding_type", "absolute", Set.of("absolute"));
    config.oneLabelARow();
    config.only("is_decoder", false);
    config.only("add_cross_attention", false);
    if (hidden % heads != 0) {
      config.problem(
          "hidden_size %d is not a multiple of num_attention_heads %d".formatted(hidden, heads));
    }
    this.prefix = prefix;
    this.isOld = isOld;
  }

  @Override
  public ModelTask task() {
    return ModelTask.CLASSIFICATION;
  }

  @Override
  public Map<String, long[]> weights() {
    Map<String, long[]> w = new LinkedHashMap<>();
    String e = prefix + "embeddings.";
    w.put(e + "word_embeddings.weight", new long[] {vocabulary, hidden});
    w.put(e + "position_embeddings.weight", new long[] {positions, hidden});
    w.put(e + "token_type_embeddings.weight", new long[] {types, hidden});
    norm(w, e + "LayerNorm");
    for (int i = 0; i < layers; i++) {
      String b = prefix + BLOCKS + i + ".";
      for (String dense : new String[] {"self.query", "self.key", "self.value", "output.dense"}) {
        layer(w, b + "attention." + dense, hidden, hidden);
      }
      norm(w, b + "attention.output.LayerNorm");
      layer(w, b + "intermediate.dense", intermediate, hidden);
      layer(w, b + "output.dense", hidden, intermediate);
      norm(w, b + "output.LayerNorm");
    }
    return w;
  }

  @Override
  public String lookedUp() {
    return prefix + "embeddings.word_embeddings.weight";
  }

  @Override
  public Pooling classifierPooling() {
    return Pooling.CLS;
  }

  @Override
  public Map<String, long[]> linearLayers() {
    return WeightNames.layers(weights(), name -> name.startsWith(prefix + "encoder."));
  }

  /**
   * The program.
   *
   * @param own the family's placeholders: {@code pad} and {@code position_pad}, the rows of the
   *     token and the position embedding that get no gradient, and those of its text
   * @param text the family's text, after {@code bert.py}
   */
  String program(Map<String, ?> own, String text) {
    Map<String, Object> constants = new LinkedHashMap<>(own);
    constants.put("hidden", hidden);
    constants.put("heads", heads);
    constants.put("head", hidden / heads);
    constants.put("epsilon", epsilon);
    constants.put("activation", activation);
    constants.put("mean", pooling() == Pooling.MEAN ? "True" : "False");
    constants.put("prefix", prefix);
    constants.put("gain", gain());
    constants.put("shift", shift());
    return Programs.classifier(
        layers, prefix + BLOCKS, constants, "packed.py", "pooling.py", "bert.py", text);
  }

  /** The facts, for the longest sequence and the padding token of the family. */
  Facts facts(int longest, long padToken) {
    return new Facts(vocabulary, longest, padToken, initializerRange);
  }

  int hidden() {
    return hidden;
  }

  /** Rows of the token embedding. */
  int words() {
    return vocabulary;
  }

  /** Rows of the position embedding. */
  int positions() {
    return positions;
  }

  /** Rows of the token type embedding. */
  int types() {
    return types;
  }

  String prefix() {
    return prefix;
  }

  /** Adds a linear layer. */
  static void layer(Map<String, long[]> w, String name, int out, int in) {
    w.put(name + ".weight", new long[] {out, in});
    w.put(name + ".bias", new long[] {out});
  }

  private void norm(Map<String, long[]> w, String name) {
    w.put(name + gain(), new long[] {hidden});
    w.put(name + shift(), new long[] {hidden});
  }

  private String gain() {
    return isOld ? ".gamma" : ".weight";
  }

  private String shift() {
    return isOld ? ".beta" : ".bias";
  }

  /** Whether a checkpoint has the old names of norms. */
  static boolean isOld(Set<String> names) {
    return names.stream().anyMatch(name -> name.endsWith("embeddings.LayerNorm.gamma"));
  }
}
