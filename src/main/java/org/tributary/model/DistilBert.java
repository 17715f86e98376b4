package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * DistilBERT (Sanh et al. 2019) as a classifier: post-norm blocks without token types, then either
 * the {@code [CLS]} token through the pre-classifier (dense and ReLU), as {@code
 * DistilBertForSequenceClassification} has it, or the mean over a row's tokens, then one linear
 * layer. There is no dropout, so that a step is a function of its batch.
 *
 * <p>Names are those of {@code DistilBertModel}, or those of the class with a head with the prefix
 * {@code distilbert.}. Shapes: d = dim, m = hidden_dim; linear weights [out, in].
 */
final class DistilBert implements TextArchitecture {
  private static final String MODEL_TYPE = "distilbert";
  private static final String HEADED = "distilbert.";
  private static final String BLOCKS = "transformer.layer.";
  private static final String PRE = "pre_classifier";

  /** transformers has no key for it. */
  private static final double EPSILON = 1e-12;

  private final int hidden;
  private final int intermediate;
  private final int layers;
  private final int heads;
  private final int positions;
  private final Facts facts;
  private final String activation;
  private final Pooling pooling;
  private final String prefix;

  /**
   * Reads the sizes.
   *
   * @param json the checkpoint's config.json
   * @param prefix of the names, {@code "distilbert."} or empty
   * @param pooling how a row's tokens become one vector; null for the pre-classifier
   */
  DistilBert(JsonNode json, String prefix, Pooling pooling) {
    ConfigJson config = new ConfigJson(json);
    hidden = config.size("dim");
    intermediate = config.size("hidden_dim");
    layers = config.size("n_layers");
    heads = config.size("n_heads");
    positions = config.size("max_position_embeddings", 512);
    activation = config.activation("activation", "gelu");
    config.oneLabelARow();
    int vocabulary = config.size("vocab_size");
    long padToken = config.padToken(vocabulary);
    double initializerRange = config.number("initializer_range", 0.02);
    if (hidden % heads != 0) {
      config.problem("dim %d is not a multiple of n_heads %d".formatted(hidden, heads));
    }
    config.check();
    facts = new Facts(vocabulary, positions, padToken, initializerRange);
    this.prefix = prefix;
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
    w.put(e + "word_embeddings.weight", new long[] {facts.vocabulary(), hidden});
    w.put(e + "position_embeddings.weight", new long[] {positions, hidden});
    norm(w, e + "LayerNorm");
    for (int i = 0; i < layers; i++) {
      String b = prefix + BLOCKS + i + ".";
      for (String dense : new String[] {"q_lin", "k_lin", "v_lin", "out_lin"}) {
        BertEncoder.layer(w, b + "attention." + dense, hidden, hidden);
      }
      norm(w, b + "sa_layer_norm");
      BertEncoder.layer(w, b + "ffn.lin1", intermediate, hidden);
      BertEncoder.layer(w, b + "ffn.lin2", hidden, intermediate);
      norm(w, b + "output_layer_norm");
    }
    return w;
  }

  private void norm(Map<String, long[]> w, String name) {
    w.put(name + ".weight", new long[] {hidden});
    w.put(name + ".bias", new long[] {hidden});
  }

  /** The pre-classifier. */
  @Override
  public Map<String, long[]> poolerWeights() {
    Map<String, long[]> w = new LinkedHashMap<>();
    if (pooling == Pooling.CLS) {
      BertEncoder.layer(w, PRE, hidden, hidden);
    }
    return w;
  }

  @Override
  public List<String> ignoredWeights() {
    // Also the pre-classifier if it is not used.
    return List.of("*position_ids", "vocab_*", "qa_outputs.*", PRE + ".*");
  }

  /** Heads for masked tokens and for question answering. */
  @Override
  public List<String> otherHeads() {
    return List.of("vocab_*", "qa_outputs.*");
  }

  @Override
  public String lookedUp() {
    return prefix + "embeddings.word_embeddings.weight";
  }

  @Override
  public Map<String, long[]> head(int labels) {
    Map<String, long[]> w = new LinkedHashMap<>();
    BertEncoder.layer(w, "classifier", labels, hidden);
    return w;
  }

  @Override
  public String nameWithHead(String name) {
    boolean isHead =
        name.startsWith("classifier.") || name.equals(PRE) || name.startsWith(PRE + ".");
    return name.startsWith(HEADED) || isHead ? name : HEADED + name;
  }

  @Override
  public Pooling pooling() {
    return pooling;
  }

  @Override
  public Pooling classifierPooling() {
    return Pooling.CLS;
  }

  /**
   * Without the pre-classifier: peft saves it whole with the classifier, and refuses an adapter on
   * it.
   */
  @Override
  public Map<String, long[]> linearLayers() {
    return WeightNames.layers(weights(), name -> name.startsWith(prefix + BLOCKS));
  }

  /** The padding token gets no gradient. */
  @Override
  public int fixedIds() {
    return (int) facts.padToken() + 1;
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
            "epsilon", EPSILON,
            "activation", activation,
            "mean", pooling == Pooling.MEAN ? "True" : "False",
            "pools", pooling == Pooling.MEAN ? "True" : Programs.has(PRE),
            "prefix", prefix,
            "pad", facts.padToken()),
        "packed.py",
        "pooling.py",
        "distilbert.py");
  }

  @Override
  public Facts facts() {
    return facts;
  }

  /** Registers it under its name. */
  public static final class Provider extends ModelFamily {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          MODEL_TYPE,
          "encoders with a classifier: DistilBERT",
          "Sanh et al. 2019, arXiv 1910.01108");
    }

    @Override
    public Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
      return new DistilBert(config, prefix(names, HEADED), pooling);
    }
  }
}
