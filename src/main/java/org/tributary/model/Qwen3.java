package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * Qwen3 (Yang et al. 2025), dense models: like Llama, but queries and keys of each head are
 * normalized before the rotary positions.
 */
final class Qwen3 {
  static final String MODEL_TYPE = "qwen3";

  private static final int POSITIONS = 32768;

  private Qwen3() {}

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
    Qwen2.checkWindow(config, POSITIONS);
    return new GatedDecoder(
        config,
        use,
        new GatedDecoder.Traits(
            "llama.py",
            new GatedDecoder.Defaults(POSITIONS, 32, 128, false),
            config.activation("hidden_act", "silu"),
            new DecoderBlock(DecoderBlock.attentionBias(config), true, false, false),
            DecoderAttention.WHOLE));
  }

  /** Registers it under its name. */
  public static final class Provider extends ModelFamily {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          MODEL_TYPE,
          "decoders with normalised queries and keys",
          "Qwen Team 2025, arXiv 2505.09388");
    }

    @Override
    public Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
      return Qwen3.of(config, GatedDecoder.use(names, pooling));
    }
  }
}
