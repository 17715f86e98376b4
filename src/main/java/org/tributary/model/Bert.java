package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * BERT (Devlin et al. 2019) as a classifier: post-norm encoder blocks, then either the {@code
 * [CLS]} token through the pooler (dense and tanh), as {@code BertForSequenceClassification} has
 * it, or the mean over a row's tokens, then one linear layer. There is no dropout, so that a step
 * is a function of its batch.
 *
 * <p>Names are those of {@code BertModel}, or those of {@code BertForSequenceClassification} with
 * the prefix {@code bert.}, as in the checkpoint. Shapes: d = hidden_size, m = intermediate_size;
 * linear weights [out, in].
 */
final class Bert implements TextArchitecture {
  static final String MODEL_TYPE = "bert";

  /** The prefix of names in a BertForSequenceClassification. */
  static final String HEADED = "bert.";

  private static final String BLOCKS = "encoder.layer.";

  private final int hidden;
  private final int intermediate;
  private final int layers;
  private final int heads;
  private final int vocabulary;
  private final int positions;
  private final int types;
  private final double epsilon;
  private final Facts facts;
  private final String activation;
  private final Pooling pooling;
  private final String prefix;
  private final boolean isOld;

  /**
   * Reads the sizes.
   *
   * @param json the checkpoint's config.json
   * @param prefix of the names, {@code "bert."} or empty
   * @param isOld whether norms have {@code gamma} and {@code beta}, as in Google's first
   *     checkpoints, instead of {@code weight} and {@code bias}
   * @param pooling how a row's tokens become one vector; null for the pooler
   */
  Bert(JsonNode json, String prefix, boolean isOld, Pooling pooling) {
    ConfigJson config = new ConfigJson(json);
    hidden = config.size("hidden_size");
    intermediate = config.size("intermediate_size");
    layers = config.size("num_hidden_layers");
    heads = config.size("num_attention_heads");
    vocabulary = config.size("vocab_size");
    positions = config.size("max_position_embeddings", 512);
    types = config.size("type_vocab_size", 2);
    epsilon = config.number("layer_norm_eps", 1e-12);
    double initializerRange = config.number("initializer_range", 0.02);
    long padToken = (long) config.number("pad_token_id", 0);
    activation = config.activation("hidden_act", "gelu");
    config.choice("position_embedding_type", "absolute", Set.of("absolute"));
    config.oneLabelARow();
    config.only("is_decoder", false);
    config.only("add_cross_attention", false);
    if (hidden % heads != 0) {
      config.problem(
          "hidden_size %d is not a multiple of num_attention_heads %d".formatted(hidden, heads));
    }
    config.check();
    facts = new Facts(vocabulary, positions, padToken, initializerRange);
    this.prefix = prefix;
    this.isOld = isOld;
    this.pooling = Pooling.choose(pooling, MODEL_TYPE, Pooling.CLS, Pooling.MEAN);
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
      String b = block(i);
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
  public Map<String, long[]> poolerWeights() {
    Map<String, long[]> w = new LinkedHashMap<>();
    if (pooling == Pooling.CLS) {
      layer(w, prefix + "pooler.dense", hidden, hidden);
    }
    return w;
  }

  @Override
  public List<String> ignoredWeights() {
    // Also the pooler if it is not used.
    return List.of("*position_ids", "cls.*", "qa_outputs.*", prefix + "pooler.dense.*");
  }

  @Override
  public String lookedUp() {
    return prefix + "embeddings.word_embeddings.weight";
  }

  /** Heads for pretraining and for question answering. */
  @Override
  public List<String> otherHeads() {
    return List.of("cls.*", "qa_outputs.*");
  }

  @Override
  public Map<String, long[]> head(int labels) {
    Map<String, long[]> w = new LinkedHashMap<>();
    layer(w, "classifier", labels, hidden);
    return w;
  }

  @Override
  public String nameWithHead(String name) {
    return name.startsWith(HEADED) || name.startsWith("classifier.") ? name : HEADED + name;
  }

  @Override
  public Pooling pooling() {
    return pooling;
  }

  @Override
  public Pooling classifierPooling() {
    return Pooling.CLS;
  }

  /** The pooler is one of them if it is used, as in peft. */
  @Override
  public Map<String, long[]> linearLayers() {
    Map<String, long[]> all = new LinkedHashMap<>(weights());
    all.putAll(poolerWeights());
    return WeightNames.layers(
        all, name -> name.startsWith(prefix + "encoder.") || name.startsWith(prefix + "pooler."));
  }

  @Override
  public String program() {
    return Programs.classifier(
        layers,
        prefix + BLOCKS,
        Map.of(
            "hidden", hidden,
            "heads", heads,
            "head", hidden / heads,
            "epsilon", epsilon,
            "activation", activation,
            "mean", pooling == Pooling.MEAN ? "True" : "False",
            "prefix", prefix,
            "gain", gain(),
            "shift", shift()),
        "packed.py",
        "bert.py");
  }

  @Override
  public Facts facts() {
    return facts;
  }

  private String block(int i) {
    return prefix + BLOCKS + i + ".";
  }

  private static void layer(Map<String, long[]> w, String name, int out, int in) {
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

  /** Registers it under its name. */
  public static final class Provider extends ModelFamily {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          MODEL_TYPE,
          "encoders with a classifier: BERT, MiniLM",
          "Devlin et al. 2019, arXiv 1810.04805");
    }

    @Override
    public Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
      return new Bert(config, prefix(names, HEADED), isOld(names), pooling);
    }
  }
}
