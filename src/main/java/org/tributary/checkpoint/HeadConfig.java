package org.tributary.checkpoint;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;

/** Reads and writes the keys of {@code config.json} about a classifier. */
public final class HeadConfig {
  /**
   * Tributary's own key: how token states become one vector, with the values of {@code
   * model.pooling}.
   */
  public static final String POOLING = "tributary_pooling";

  /** The prefix of the class names of transformers if config.json has none. */
  private static final Map<String, String> STEMS =
      Map.of(
          "bert",
          "Bert",
          "distilbert",
          "DistilBert",
          "roberta",
          "Roberta",
          "siglip",
          "Siglip",
          "siglip_vision_model",
          "Siglip",
          "vit",
          "ViT",
          "deit",
          "DeiT",
          "dinov2",
          "Dinov2",
          "xlm-roberta",
          "XLMRoberta");

  /** The same for decoders, of which some have another prefix before {@code ForCausalLM}. */
  private static final Map<String, String> DECODERS =
      Map.of(
          "gemma", "Gemma",
          "gemma2", "Gemma2",
          "gemma3", "Gemma3",
          "gemma3_text", "Gemma3Text",
          "gpt2", "GPT2",
          "llama", "Llama",
          "mistral", "Mistral",
          "phi3", "Phi3",
          "qwen2", "Qwen2",
          "qwen3", "Qwen3");

  private HeadConfig() {}

  /**
   * Writes the keys of a new classifier: its classes, and the class of transformers that loads it.
   *
   * @param config changed
   * @param labels in the order of the classifier's rows
   * @param headedClass the end of the class name, such as {@code ForSequenceClassification}
   */
  public static void put(ObjectNode config, List<String> labels, String headedClass) {
    ObjectNode names = config.putObject("id2label");
    ObjectNode ids = config.putObject("label2id");
    for (int i = 0; i < labels.size(); i++) {
      names.put(Integer.toString(i), labels.get(i));
      ids.put(labels.get(i), i);
    }
    String type = config.path("model_type").asText();
    String before = config.path("architectures").path(0).asText(STEMS.getOrDefault(type, ""));
    String stem = DECODERS.getOrDefault(type, before.replaceFirst("(Model|For.*)$", ""));
    if (!stem.isEmpty()) {
      config.putArray("architectures").add(stem + headedClass);
    }
  }
}
