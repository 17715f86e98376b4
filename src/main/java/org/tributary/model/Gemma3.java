package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * The text models of Gemma 3 (Gemma Team 2025): like {@link Gemma2}, with normalized queries and
 * keys, a window in all blocks but each sixth, and another θ of the rotary positions in blocks with
 * a window. Scores and logits have no cap by default.
 */
final class Gemma3 {
  static final String MODEL_TYPE = "gemma3_text";

  private static final int EVERY = 6;

  private Gemma3() {}

  /**
   * Reads a config.json.
   *
   * @param json the checkpoint's
   * @param use whether it writes or classifies
   * @return the model with its sizes
   * @throws org.tributary.error.WrongInput naming everything that is wrong or not supported
   */
  static Architecture of(JsonNode json, DecoderUse use) {
    return of(new ConfigJson(json), use);
  }

  /** The same with the configuration of the text model. */
  static Architecture of(ConfigJson config, DecoderUse use) {
    return new GatedDecoder(
        config,
        use,
        Gemma2.traits(
            config,
            new GatedDecoder.Defaults(131072, 1e-6, 4, 256, true, 0),
            new DecoderBlock(DecoderBlock.attentionBias(config), true, false, true),
            new DecoderAttention(
                Integer.MAX_VALUE,
                DecoderAttention.windows(config, config.size("sliding_window_pattern", EVERY)),
                Gemma2.scale(config),
                config.positiveOrNone("attn_logit_softcapping", 0),
                Rope::local),
            config.positiveOrNone("final_logit_softcapping", 0)));
  }

  /** Registers it under its name. */
  public static final class Provider extends ModelFamily {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          MODEL_TYPE,
          "decoders with local and global attention: Gemma 3 for text",
          "Gemma Team 2025, arXiv 2503.19786");
    }

    @Override
    public Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
      return Gemma3.of(config, GatedDecoder.use(names, pooling));
    }
  }
}
