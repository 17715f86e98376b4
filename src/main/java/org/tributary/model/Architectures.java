package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tributary.error.WrongInput;

/** The model families there are, by {@code model_type} of {@code config.json}. */
public final class Architectures {
  /** Blocks that nobody needs to bound: what is wrong with fewer is told tensor by tensor. */
  private static final int FEW = 1000;

  /** How many blocks there are, by the names that families give it. */
  private static final List<String> LAYERS = List.of("num_hidden_layers", "n_layer");

  private Architectures() {}

  /** Makes a family's architecture. */
  private interface Family {
    Architecture of(JsonNode config, Set<String> names, Pooling pooling);
  }

  private static final Map<String, Family> FAMILIES =
      new TreeMap<>(
          Map.of(
              Bert.MODEL_TYPE,
              (config, names, pooling) ->
                  new Bert(config, prefix(names, Bert.HEADED), Bert.isOld(names), pooling),
              Gemma.MODEL_TYPE,
              (config, names, pooling) -> Gemma.of(config),
              Gpt2.MODEL_TYPE,
              (config, names, pooling) -> new Gpt2(config, prefix(names, Gpt2.HEADED)),
              Llama.MODEL_TYPE,
              (config, names, pooling) -> Llama.of(config),
              Mistral.MODEL_TYPE,
              (config, names, pooling) -> Mistral.of(config),
              Qwen2.MODEL_TYPE,
              (config, names, pooling) -> Qwen2.of(config),
              Qwen3.MODEL_TYPE,
              (config, names, pooling) -> Qwen3.of(config),
              Siglip.MODEL_TYPE,
              Architectures::siglip,
              Siglip.TOWER,
              Architectures::siglip,
              ViT.MODEL_TYPE,
              (config, names, pooling) -> ViT.of(config, prefix(names, ViT.HEADED), pooling)));

  /**
   * The families.
   *
   * @return every {@code model_type} that is supported, sorted
   */
  public static Set<String> modelTypes() {
    return FAMILIES.keySet();
  }

  /**
   * The architecture of a checkpoint.
   *
   * @param config its config.json
   * @param names of its tensors, which tell how it was saved
   * @param pooling how a row's tokens become one vector; null for the family's own
   * @return the architecture
   * @throws WrongInput if the family, or an option of it, is not supported
   */
  public static Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
    String type = config.path("model_type").asText("");
    Family family = FAMILIES.get(type);
    if (family == null) {
      throw new WrongInput(
          "config.json of the model: model_type \"%s\" is not supported; supported: %s"
              .formatted(type, String.join(", ", FAMILIES.keySet())));
    }
    checkLayers(config, names.size());
    checkLayers(config.path("vision_config"), names.size());
    return family.of(config, names, pooling);
  }

  /** Every block has weights of its own, so that there are fewer blocks than tensors. */
  private static void checkLayers(JsonNode config, int tensors) {
    for (String key : LAYERS) {
      if (config.path(key).isNumber() && config.path(key).doubleValue() > Math.max(tensors, FEW)) {
        throw new WrongInput(
            "config.json of the model: %s is %s, but the model's files have %d tensors in all; copy the model again"
                .formatted(key, config.get(key), tensors));
      }
    }
  }

  private static Architecture siglip(JsonNode config, Set<String> names, Pooling pooling) {
    return Siglip.of(config, prefix(names, Siglip.HEADED), pooling);
  }

  private static String prefix(Set<String> names, String prefix) {
    return names.stream().anyMatch(name -> name.startsWith(prefix)) ? prefix : "";
  }
}
