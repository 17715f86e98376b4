package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * RoBERTa (Liu et al. 2019) and XLM-RoBERTa (Conneau et al. 2020) as classifiers: BERT's encoder,
 * then the {@code <s>} token, or the mean over a row's tokens, through dense, tanh and one linear
 * layer, as in {@code RobertaForSequenceClassification}. The dense layer belongs to the classifier.
 *
 * <p>The first token has the position p + 1, p being the id of the padding token, so p + 1 rows of
 * the position embedding are for no token of a text. A padding token within a text has the position
 * p and is not counted, as in transformers. Texts have no token types.
 */
final class Roberta extends BertEncoder {
  /** The prefix of names in a model with a head, also of XLM-RoBERTa. */
  private static final String HEADED = "roberta.";

  private static final String DENSE = "classifier.dense";
  private static final String OUT = "classifier.out_proj";

  private final int padToken;
  private final Pooling pooling;

  /**
   * Reads the sizes.
   *
   * @param type model_type, for messages
   * @param config the checkpoint's config.json
   * @param names of the checkpoint's tensors
   * @param pooling which vector the classifier reads; null for the first token
   */
  Roberta(String type, ConfigJson config, Set<String> names, Pooling pooling) {
    super(config, ModelFamily.prefix(names, HEADED), isOld(names));
    double pad = config.number("pad_token_id", 1);
    int most = Math.min(positions() - 1, words()) - 1;
    if (pad < 0 || pad != Math.rint(pad) || pad > most) {
      config.problem(
          "pad_token_id %s must be a whole number from 0 to %d: it is a token, and positions are counted from it"
              .formatted(pad, most));
    }
    config.check();
    padToken = (int) pad;
    this.pooling = Pooling.choose(pooling, type, Pooling.CLS, Pooling.MEAN);
  }

  @Override
  public List<String> ignoredWeights() {
    return List.of(
        "*position_ids",
        "lm_head.*",
        "qa_outputs.*",
        "classifier.weight",
        "classifier.bias",
        prefix() + "pooler.dense.*");
  }

  /**
   * Heads for masked tokens, question answering and tokens, and the pooler, which the class with a
   * classifier does not have.
   */
  @Override
  public List<String> otherHeads() {
    return List.of(
        "lm_head.*",
        "qa_outputs.*",
        "classifier.weight",
        "classifier.bias",
        prefix() + "pooler.dense.*");
  }

  @Override
  public Map<String, long[]> head(int labels) {
    Map<String, long[]> w = new LinkedHashMap<>();
    layer(w, DENSE, hidden(), hidden());
    layer(w, OUT, labels, hidden());
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

  /** Positions depend on the id of the padding token, which gets no gradient. */
  @Override
  public int fixedIds() {
    return padToken + 1;
  }

  @Override
  public String program() {
    return program(
        Map.of(
            "pad",
            padToken,
            "position_pad",
            padToken,
            "classifier",
            OUT,
            "pools",
            Programs.has(DENSE)),
        "roberta.py");
  }

  @Override
  public Facts facts() {
    return facts(positions() - padToken - 1, padToken);
  }

  /** Registers RoBERTa under its name. */
  public static final class Provider extends ModelFamily {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super("roberta", "encoders with a classifier: RoBERTa", "Liu et al. 2019, arXiv 1907.11692");
    }

    @Override
    public Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
      return new Roberta(name(), new ConfigJson(config), names, pooling);
    }
  }

  /** Registers XLM-RoBERTa under its name. */
  public static final class XlmProvider extends ModelFamily {
    /** Called by {@link java.util.ServiceLoader}. */
    public XlmProvider() {
      super(
          "xlm-roberta",
          "encoders of many languages with a classifier: XLM-RoBERTa",
          "Conneau et al. 2020, arXiv 1911.02116");
    }

    @Override
    public Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
      return new Roberta(name(), new ConfigJson(config), names, pooling);
    }
  }
}
