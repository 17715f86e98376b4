package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.Set;

/** Llama 1, 2 and 3 (Touvron et al. 2023; Grattafiori et al. 2024), TinyLlama: SwiGLU. */
final class Llama {
  static final String MODEL_TYPE = "llama";

  private Llama() {}

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
    Set<String> biased = new HashSet<>(DecoderBlock.attentionBias(config));
    if (config.flag("mlp_bias", false)) {
      biased.addAll(DecoderBlock.MLP);
    }
    config.only("pretraining_tp", 1);
    return new GatedDecoder(
        config,
        use,
        new GatedDecoder.Traits(
            "llama.py",
            new GatedDecoder.Defaults(2048, 0, 0, false),
            config.activation("hidden_act", "silu"),
            DecoderBlock.plain(biased),
            DecoderAttention.WHOLE));
  }

  /** Registers it under its name. */
  public static final class Provider extends ModelFamily {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          MODEL_TYPE,
          "decoders with SwiGLU: Llama 1 to 3, TinyLlama",
          "Touvron et al. 2023, arXiv 2302.13971");
    }

    @Override
    public Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
      return Llama.of(config, GatedDecoder.use(names, pooling));
    }
  }
}
