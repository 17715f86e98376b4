package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import org.tributary.error.WrongInput;
import org.tributary.plugin.Plugins;

/** The available model families, by {@code model_type} of {@code config.json}. */
public final class Architectures {
  /** The largest number of blocks. With fewer blocks, problems are reported tensor by tensor. */
  private static final int FEW = 1000;

  /** The keys of the families for the number of blocks. */
  private static final List<String> LAYERS = List.of("num_hidden_layers", "n_layer", "n_layers");

  private Architectures() {}

  private static final SortedMap<String, ModelFamily> FAMILIES = Plugins.find(ModelFamily.class);

  /**
   * The families.
   *
   * @return by {@code model_type}, sorted
   */
  public static SortedMap<String, ModelFamily> families() {
    return FAMILIES;
  }

  /**
   * The architecture of a checkpoint.
   *
   * @param config its config.json
   * @param names of its tensors, which show how it was saved
   * @param pooling how a row's tokens become one vector; null for the family's default
   * @return the architecture
   * @throws WrongInput if the family or one of its options is not supported
   */
  public static Architecture of(JsonNode config, Set<String> names, Pooling pooling) {
    String type = config.path("model_type").asText("");
    ModelFamily family = FAMILIES.get(type);
    if (family == null) {
      throw new WrongInput(
          "config.json of the model: model_type \"%s\" is not supported; supported: %s"
              .formatted(type, String.join(", ", FAMILIES.keySet())));
    }
    checkLayers(config, names.size());
    checkLayers(config.path("vision_config"), names.size());
    checkLayers(config.path("text_config"), names.size());
    return family.of(config, names, pooling);
  }

  /**
   * The architecture of a checkpoint with an adapter. A decoder classifies if either of the two has
   * a classifier.
   *
   * @param config of the checkpoint
   * @param names of its tensors
   * @param saved names of the tensors that the adapter saves whole
   * @return the architecture, with its default pooling
   * @throws WrongInput if the family or one of its options is not supported
   */
  public static Architecture adapted(JsonNode config, Set<String> names, Set<String> saved) {
    Set<String> all = new HashSet<>(names);
    if (saved.contains(DecoderUse.SCORE)) {
      all.add(DecoderUse.SCORE);
    }
    return of(config, all, null);
  }

  /** Every block has its own weights, so there are fewer blocks than tensors. */
  private static void checkLayers(JsonNode config, int tensors) {
    for (String key : LAYERS) {
      if (config.path(key).isNumber() && config.path(key).doubleValue() > Math.max(tensors, FEW)) {
        throw new WrongInput(
            "config.json of the model: %s is %s, but the model's files have %d tensors in all; copy the model again"
                .formatted(key, config.get(key), tensors));
      }
    }
  }
}
