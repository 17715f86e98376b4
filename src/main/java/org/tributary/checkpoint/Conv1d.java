package org.tributary.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/**
 * Layers whose weights are stored as [in, out]: {@code Conv1D} of transformers, which GPT-2 and
 * similar models use for the layers of their blocks. All other linear layers are stored as [out,
 * in]. Like peft, this class decides by the class of the layer and corrects a wrong {@code
 * fan_in_fan_out}.
 */
public final class Conv1d {
  private static final Set<String> FAMILIES =
      Set.of("gpt2", "openai-gpt", "imagegpt", "decision_transformer");
  private static final Set<String> LAYERS = Set.of("c_attn", "q_attn", "c_proj", "c_fc");

  private Conv1d() {}

  /**
   * Whether a layer's weight is stored as [in, out].
   *
   * @param config the model's config.json
   * @param layer its dotted name
   * @return true for the layers of GPT-2's blocks
   */
  public static boolean isTransposed(JsonNode config, String layer) {
    return FAMILIES.contains(config.path("model_type").asText())
        && LAYERS.contains(layer.substring(layer.lastIndexOf('.') + 1));
  }
}
