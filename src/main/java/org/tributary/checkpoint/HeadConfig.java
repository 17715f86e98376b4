package org.tributary.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** What {@code config.json} says of a classifier. */
public final class HeadConfig {
  /** Our own key: how token states become one vector, as {@code model.pooling} has it. */
  public static final String POOLING = "tributary_pooling";

  /** What the classes of transformers begin with, where config.json names none. */
  private static final Map<String, String> STEMS =
      Map.of("bert", "Bert", "vit", "ViT", "siglip", "Siglip", "siglip_vision_model", "Siglip");

  private HeadConfig() {}

  /**
   * Tells loaders of a new classifier: its classes, and the class of transformers that has it.
   *
   * @param config changed
   * @param labels in the order of the classifier's rows
   * @param headedClass what the class's name ends in, such as {@code ForSequenceClassification}
   */
  public static void put(ObjectNode config, List<String> labels, String headedClass) {
    ObjectNode names = config.putObject("id2label");
    ObjectNode ids = config.putObject("label2id");
    for (int i = 0; i < labels.size(); i++) {
      names.put(Integer.toString(i), labels.get(i));
      ids.put(labels.get(i), i);
    }
    String family = STEMS.getOrDefault(config.path("model_type").asText(), "");
    String before = config.path("architectures").path(0).asText(family);
    if (!before.isEmpty()) {
      config.putArray("architectures").add(before.replaceFirst("(Model|For.*)$", "") + headedClass);
    }
  }
}
