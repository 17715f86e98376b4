package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;

/**
 * Phi-3 and Phi-4 (Abdin et al. 2024): like Llama, with one layer for queries, keys and values and
 * one for the two halves of the gated MLP. Rotary positions may turn only a part of each head. Rows
 * within the window are computed with full attention; longer rows are refused, as for {@link
 * Mistral}.
 */
final class Phi3 {
  static final String MODEL_TYPE = "phi3";

  private Phi3() {}

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
    int window = config.size("sliding_window", Integer.MAX_VALUE);
    DecoderAttention attention = new DecoderAttention(window, List.of(), 0, 0, Rope::partial);
    return new GatedDecoder(
        config,
        use,
        new GatedDecoder.Traits(
            "llama.py",
            new GatedDecoder.Defaults(4096, 1e-5, 0, 0, false, 32000),
            config.activation("hidden_act", "silu"),
            new DecoderBlock(Set.of(), false, true, false),
            attention));
  }

  /** Registers it under its name. */
  public static final class Provider extends ModelFamily {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          MODEL_TYPE,
          "decoders with fused layers: Phi-3, Phi-4",
          "Abdin et al. 2024, arXiv 2404.14219");
    }

    @Override
    public Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
      return Phi3.of(config, GatedDecoder.use(names, pooling));
    }
  }
}
