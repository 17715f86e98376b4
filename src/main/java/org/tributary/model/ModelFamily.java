package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import org.tributary.plugin.Plugin;

/** A model family. Its name is the {@code model_type} in {@code config.json} of its models. */
public abstract class ModelFamily extends Plugin {
  /**
   * Creates a family.
   *
   * @param modelType as in {@code config.json}
   * @param about what its models are, in one line
   * @param source its paper, or its class in transformers
   */
  protected ModelFamily(String modelType, String about, String source) {
    super(modelType, about, source);
  }

  /**
   * The architecture of a checkpoint.
   *
   * @param config its config.json
   * @param names of its tensors, which show how it was saved
   * @param pooling how a row's tokens become one vector; null for the family's default
   * @return the architecture
   * @throws org.tributary.error.WrongInput if one of its options is not supported
   */
  public abstract Architecture of(JsonNode config, Set<String> names, Pooling pooling);

  /**
   * The prefix of the base model's names in a model with a head.
   *
   * @param names of a checkpoint's tensors
   * @param prefix such as {@code bert.}
   * @return the prefix if the names have it, else an empty text
   */
  protected static String prefix(Set<String> names, String prefix) {
    return names.stream().anyMatch(name -> name.startsWith(prefix)) ? prefix : "";
  }
}
