package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * Mistral (Jiang et al. 2023): like Llama, but a token attends only to the last {@code
 * sliding_window} tokens. Rows within the window are computed with full attention; longer rows are
 * refused.
 */
final class Mistral {
  static final String MODEL_TYPE = "mistral";

  private Mistral() {}

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
    int window =
        config.isNull("sliding_window") ? Integer.MAX_VALUE : config.size("sliding_window", 4096);
    config.fullAttention();
    return new GatedDecoder(
        config,
        use,
        new GatedDecoder.Traits(
            "llama.py",
            new GatedDecoder.Defaults(4096 * 32, 8, 0, false),
            config.activation("hidden_act", "silu"),
            DecoderBlock.plain(Set.of()),
            DecoderAttention.upTo(window)));
  }

  /** Registers it under its name. */
  public static final class Provider extends ModelFamily {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(MODEL_TYPE, "decoders with a sliding window", "Jiang et al. 2023, arXiv 2310.06825");
    }

    @Override
    public Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
      return Mistral.of(config, GatedDecoder.use(names, pooling));
    }
  }
}
