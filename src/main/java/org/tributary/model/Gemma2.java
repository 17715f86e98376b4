package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * Gemma 2 (Gemma Team 2024): like Gemma 1, with norms before and after attention and MLP, a sliding
 * window in every second block, {@code query_pre_attn_scalar} in place of the head's size, and
 * capped scores and logits: {@code c tanh(y / c)}.
 */
final class Gemma2 {
  static final String MODEL_TYPE = "gemma2";

  private static final String TANH = "gelu_pytorch_tanh";

  private static final int EVERY = 2;

  private Gemma2() {}

  /**
   * Reads a config.json.
   *
   * @param json the checkpoint's
   * @param use whether it writes or classifies
   * @return the model with its sizes
   * @throws org.tributary.error.WrongInput naming everything that is wrong or not supported
   */
  static Architecture of(JsonNode json, DecoderUse use) {
    ConfigJson config = new ConfigJson(json);
    return new GatedDecoder(
        config,
        use,
        traits(
            config,
            new GatedDecoder.Defaults(8192, 1e-6, 4, 256, true, 0),
            new DecoderBlock(DecoderBlock.attentionBias(config), false, false, true),
            new DecoderAttention(
                Integer.MAX_VALUE,
                DecoderAttention.windows(config, EVERY),
                scale(config),
                config.positiveOrNone("attn_logit_softcapping", 50),
                Rope::of),
            config.positiveOrNone("final_logit_softcapping", 30)));
  }

  /**
   * What Gemma 2 and 3 share.
   *
   * @param config gets the problems
   * @param absent defaults of the configuration
   * @param block the weights of a block
   * @param attention windows, scale and cap
   * @param logitCap c; 0 for none
   */
  static GatedDecoder.Traits traits(
      ConfigJson config,
      GatedDecoder.Defaults absent,
      DecoderBlock block,
      DecoderAttention attention,
      double logitCap) {
    config.choice("hidden_activation", TANH, Set.of(TANH));
    config.only("use_bidirectional_attention", false);
    return new GatedDecoder.Traits(
        "gemma.py", absent, Activations.TEXT.get(TANH), block, attention, logitCap);
  }

  /**
   * The factor of the scores.
   *
   * @param config has query_pre_attn_scalar
   * @return 1 / √scalar
   */
  static double scale(ConfigJson config) {
    return 1 / Math.sqrt(config.positive("query_pre_attn_scalar", 256));
  }

  /** Registers it under its name. */
  public static final class Provider extends ModelFamily {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          MODEL_TYPE,
          "decoders with capped scores and logits, and a window in every second block",
          "Gemma Team 2024, arXiv 2408.00118");
    }

    @Override
    public Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
      return Gemma2.of(config, GatedDecoder.use(names, pooling));
    }
  }
}
