package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * Gemma 1 (Gemma Team 2024): like Llama, but norms multiply by 1 + weight, embeddings are
 * multiplied by √d before the blocks, and the gate is GELU in its tanh form.
 */
final class Gemma {
  static final String MODEL_TYPE = "gemma";

  private static final String TANH = "gelu_pytorch_tanh";

  private Gemma() {}

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
    // In the first release "gelu" meant the tanh form; later releases have the second key.
    config.choice("hidden_act", TANH, Set.of("gelu", TANH));
    config.choice("hidden_activation", TANH, Set.of(TANH));
    config.only("use_bidirectional_attention", false);
    return new GatedDecoder(
        config,
        use,
        new GatedDecoder.Traits(
            "gemma.py",
            new GatedDecoder.Defaults(8192, 1e-6, 16, 256, true, 0),
            Activations.TEXT.get(TANH),
            DecoderBlock.plain(DecoderBlock.attentionBias(config)),
            DecoderAttention.WHOLE));
  }

  /** Registers it under its name. */
  public static final class Provider extends ModelFamily {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(MODEL_TYPE, "decoders with GeGLU", "Gemma Team 2024, arXiv 2403.08295");
    }

    @Override
    public Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
      return Gemma.of(config, GatedDecoder.use(names, pooling));
    }
  }
}
