package org.tributary.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;
import org.tributary.plugin.Plugin;

/** A model family: its name is the {@code model_type} of the {@code config.json} of its models. */
public abstract class ModelFamily extends Plugin {
  /**
   * A family.
   *
   * @param modelType as {@code config.json} has it
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
   * @param names of its tensors, which tell how it was saved
   * @param pooling how a row's tokens become one vector; null for the family's own
   * @return the architecture
   * @throws org.tributary.error.WrongInput if an option of it is not supported
   */
  public abstract Architecture of(JsonNode config, Set<String> names, Pooling pooling);

  /**
   * The prefix that a model with a head has before its base model's names.
   *
   * @param names of a checkpoint's tensors
   * @param prefix such as {@code bert.}
   * @return the prefix where names have it, else nothing
   */
  protected static String prefix(Set<String> names, String prefix) {
    return names.stream().anyMatch(name -> name.startsWith(prefix)) ? prefix : "";
  }
}
