package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The text model in a folder of Gemma 3 that also reads images ({@code
 * Gemma3ForConditionalGeneration}). The sizes are in {@code text_config}. The vision tower and the
 * projector of its outputs are neither loaded nor trained, and a written model keeps them.
 *
 * <p>Names are those of the hub, {@code language_model.model.layers...}, which transformers 5 also
 * writes, or those of its modules in memory, {@code model.language_model.layers...}. peft has the
 * latter.
 */
final class Gemma3Folder {
  static final String MODEL_TYPE = "gemma3";

  private static final String HUB = "language_model.model.";
  private static final String MEMORY = "model.language_model.";
  private static final String TEXT = "text_config";
  private static final String TIED = "tie_word_embeddings";
  private static final String EMBEDDING = "embed_tokens.weight";

  /** The sizes that a {@code text_config} may leave out, as in {@code Gemma3TextConfig}. */
  private static final Map<String, Integer> ABSENT =
      Map.of(
          "vocab_size", 262208,
          "hidden_size", 2304,
          "intermediate_size", 9216,
          "num_hidden_layers", 26,
          "num_attention_heads", 8);

  private Gemma3Folder() {}

  /**
   * Reads a config.json.
   *
   * @param json the checkpoint's
   * @param use whether it writes or classifies, and its names
   * @return the text model with its sizes
   * @throws org.tributary.error.WrongInput naming everything that is wrong or not supported
   */
  static Architecture of(JsonNode json, DecoderUse use) {
    ConfigJson whole = new ConfigJson(json);
    if (use.classifies()) {
      whole.oneLabelARow();
    }
    ConfigJson text = whole.section(TEXT, ABSENT);
    // transformers takes this key from the whole, whose text model must say the same.
    whole.only(TIED, json.path(TEXT).path(TIED).asBoolean(true));
    return Gemma3.of(text, use);
  }

  /** The use of a checkpoint; names that it does not have are those of the hub. */
  private static DecoderUse use(Set<String> names, Pooling pooling) {
    boolean inMemory = names.contains(MEMORY + EMBEDDING);
    String around = inMemory ? "model." : "";
    return new DecoderUse(
        inMemory ? MEMORY : HUB,
        DecoderUse.of(names, pooling, "", EMBEDDING).classifies(),
        inMemory ? DecoderUse.LM_HEAD : "language_model." + DecoderUse.LM_HEAD,
        MEMORY,
        List.of(around + "vision_tower.*", around + "multi_modal_projector.*"));
  }

  /** Registers it under its name. */
  public static final class Provider extends ModelFamily {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          MODEL_TYPE,
          "the text model in a folder of Gemma 3 with a vision tower",
          "Gemma Team 2025, arXiv 2503.19786");
    }

    @Override
    public Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
      return Gemma3Folder.of(config, use(names, pooling));
    }
  }
}
