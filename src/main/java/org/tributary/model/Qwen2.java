package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * Qwen2 and Qwen2.5 (Yang et al. 2024): like Llama, with biases on queries, keys and values. The
 * embedding may have more rows than the tokenizer has tokens.
 */
final class Qwen2 {
  static final String MODEL_TYPE = "qwen2";

  private static final int POSITIONS = 32768;

  private Qwen2() {}

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
    checkWindow(config, POSITIONS);
    return new GatedDecoder(
        config,
        use,
        new GatedDecoder.Traits(
            "llama.py",
            new GatedDecoder.Defaults(POSITIONS, 32, 0, false),
            config.activation("hidden_act", "silu"),
            DecoderBlock.plain(Set.copyOf(DecoderBlock.QUERY_KEY_VALUE)),
            DecoderAttention.WHOLE));
  }

  /**
   * Refuses an attention window that is shorter than the longest row.
   *
   * @param config gets the problem
   * @param positions the default of max_position_embeddings
   */
  static void checkWindow(ConfigJson config, int positions) {
    config.fullAttention();
    int most = config.size("max_position_embeddings", positions);
    int window = config.size("sliding_window", 4096);
    if (config.flag("use_sliding_window", false) && window < most) {
      config.problem(
          "use_sliding_window with sliding_window %d below max_position_embeddings %d is not supported; supported: use_sliding_window false"
              .formatted(window, most));
    }
  }

  /** Registers it under its name. */
  public static final class Provider extends ModelFamily {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(MODEL_TYPE, "decoders with biased attention", "Qwen Team 2024, arXiv 2407.10671");
    }

    @Override
    public Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
      return Qwen2.of(config, GatedDecoder.use(names, pooling));
    }
  }
}
