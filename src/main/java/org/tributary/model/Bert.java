package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * BERT (Devlin et al. 2019) as a classifier: its encoder, then either the {@code [CLS]} token
 * through the pooler (dense and tanh), as {@code BertForSequenceClassification} has it, or the mean
 * over a row's tokens, then one linear layer. The names of a {@code BertForSequenceClassification}
 * have the prefix {@code bert.}.
 */
final class Bert extends BertEncoder {
  private static final String MODEL_TYPE = "bert";

  /** The prefix of names in a BertForSequenceClassification. */
  private static final String HEADED = "bert.";

  private final long padToken;
  private final Pooling pooling;

  /**
   * Reads the sizes.
   *
   * @param config the checkpoint's config.json
   * @param prefix of the names, {@code "bert."} or empty
   * @param isOld whether norms have {@code gamma} and {@code beta}
   * @param pooling how a row's tokens become one vector; null for the pooler
   */
  Bert(ConfigJson config, String prefix, boolean isOld, Pooling pooling) {
    super(config, prefix, isOld);
    padToken = (long) config.number("pad_token_id", 0);
    config.check();
    this.pooling = Pooling.choose(pooling, MODEL_TYPE, Pooling.CLS, Pooling.MEAN);
  }

  @Override
  public Map<String, long[]> poolerWeights() {
    Map<String, long[]> w = new LinkedHashMap<>();
    if (pooling == Pooling.CLS) {
      layer(w, prefix() + "pooler.dense", hidden(), hidden());
    }
    return w;
  }

  @Override
  public List<String> ignoredWeights() {
    // Also the pooler if it is not used.
    return List.of("*position_ids", "cls.*", "qa_outputs.*", prefix() + "pooler.dense.*");
  }

  /** Heads for pretraining and for question answering. */
  @Override
  public List<String> otherHeads() {
    return List.of("cls.*", "qa_outputs.*");
  }

  @Override
  public Map<String, long[]> head(int labels) {
    Map<String, long[]> w = new LinkedHashMap<>();
    layer(w, "classifier", labels, hidden());
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
  public int tokenTypes() {
    return types();
  }

  /** The pooler is one of them if it is used, as in peft. */
  @Override
  public Map<String, long[]> linearLayers() {
    Map<String, long[]> all = super.linearLayers();
    all.putAll(WeightNames.layers(poolerWeights(), name -> true));
    return all;
  }

  /** The padding token gets no gradient. */
  @Override
  public int fixedIds() {
    return pad() + 1;
  }

  /** The padding token if it is one of the vocabulary, else -1. */
  private int pad() {
    return padToken >= 0 && padToken < words() ? (int) padToken : -1;
  }

  @Override
  public String program() {
    Object pools = pooling() == Pooling.MEAN ? "True" : Programs.has(prefix() + "pooler.dense");
    return program(Map.of("pad", pad(), "position_pad", -1, "pools", pools), "bert_pooler.py");
  }

  @Override
  public Facts facts() {
    return facts(positions(), padToken);
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
      return new Bert(new ConfigJson(config), prefix(names, HEADED), isOld(names), pooling);
    }
  }
}
