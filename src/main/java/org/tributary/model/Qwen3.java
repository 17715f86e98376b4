package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;

/**
 * Qwen3 (Yang et al. 2025), dense: a Llama that normalises each head's queries and keys before they
 * turn.
 */
final class Qwen3 {
  static final String MODEL_TYPE = "qwen3";

  private static final int POSITIONS = 32768;

  private Qwen3() {}

  /**
   * Reads a config.json.
   *
   * @param json the checkpoint's
   * @return the model with its sizes
   * @throws org.tributary.error.WrongInput that names all that is wrong or not supported
   */
  static Architecture of(JsonNode json) {
    ConfigJson config = new ConfigJson(json);
    Qwen2.checkWindow(config, POSITIONS);
    return new GatedDecoder(
        config,
        new GatedDecoder.Traits(
            "llama.py",
            new GatedDecoder.Defaults(POSITIONS, 32, 128, false),
            config.activation("hidden_act", "silu"),
            GatedDecoder.attentionBias(config),
            true,
            Integer.MAX_VALUE));
  }
}
