package org.tributary.ml;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;

/**
 * What the files of a sentence-transformers model say about its vectors: {@code modules.json}, the
 * {@code config.json} of its pooling and {@code sentence_bert_config.json}. Source:
 * sentence-transformers 5, {@code Transformer}, {@code Pooling} and {@code Normalize}.
 *
 * @param model folder of the encoder
 * @param pooling how token states become one vector; null if the files do not say
 * @param normalize whether vectors are divided by their length
 * @param maxLength tokens that a text keeps; null if the files do not say
 */
record SentenceModules(Path model, TokenPooling pooling, boolean normalize, Integer maxLength) {
  private static final String MODULES = "modules.json";
  private static final String PROMPT = "default_prompt_name";

  /**
   * Reads the files.
   *
   * @param store reaches the folder
   * @param folder of the model
   * @return what they say; nothing if there is no {@code modules.json}
   * @throws WrongInput if they ask for something that is not computed here
   * @throws IOException if a file system fails
   */
  static SentenceModules read(Store store, Path folder) throws IOException {
    Path file = new Path(folder, MODULES);
    if (!store.exists(file)) {
      return new SentenceModules(folder, null, false, null);
    }
    JsonNode prompts = json(store, new Path(folder, "config_sentence_transformers.json"));
    if (!prompts.path(PROMPT).isNull() && prompts.has(PROMPT)) {
      throw new WrongInput(
          "%s: config_sentence_transformers.json puts the prompt %s before each text, which TextEmbedder does not; put it into the texts and set %s to null"
              .formatted(folder, prompts.path(PROMPT), PROMPT));
    }
    Path model = folder;
    TokenPooling pooling = null;
    boolean normalize = false;
    List<String> others = new ArrayList<>();
    for (JsonNode module : json(store, file)) {
      String type = module.path("type").asText();
      String path = module.path("path").asText();
      switch (type.substring(type.lastIndexOf('.') + 1)) {
        case "Transformer" -> model = path.isEmpty() ? folder : new Path(folder, path);
        case "Pooling" -> pooling = pooling(store, new Path(new Path(folder, path), "config.json"));
        case "Normalize" -> normalize = true;
        default -> others.add(type);
      }
    }
    if (!others.isEmpty()) {
      throw new WrongInput(
          "%s: has the modules %s, which TextEmbedder does not compute; it computes Transformer, Pooling and Normalize"
              .formatted(file, String.join(", ", others)));
    }
    return new SentenceModules(model, pooling, normalize, length(store, model));
  }

  private static Integer length(Store store, Path model) throws IOException {
    Path file = new Path(model, "sentence_bert_config.json");
    JsonNode settings = json(store, file);
    if (settings.path("do_lower_case").asBoolean()) {
      throw new WrongInput(
          "%s: do_lower_case is true, but TextEmbedder gives texts to the tokenizer as they are; let the tokenizer lower them (tokenizer_config.json) and set it to false"
              .formatted(file));
    }
    JsonNode length = settings.path("max_seq_length");
    return length.isInt() ? (Integer) length.asInt() : null;
  }

  private static TokenPooling pooling(Store store, Path file) throws IOException {
    JsonNode config = json(store, file);
    List<String> modes = new ArrayList<>();
    if (config.path("pooling_mode").isTextual()) {
      modes.add(config.path("pooling_mode").asText());
    } else {
      config
          .properties()
          .forEach(
              mode -> {
                if (mode.getKey().startsWith("pooling_mode_") && mode.getValue().asBoolean()) {
                  modes.add(
                      mode.getKey()
                          .substring("pooling_mode_".length())
                          .replaceFirst("_tokens?$", ""));
                }
              });
    }
    String mode = String.join(" and ", modes);
    return switch (mode) {
      case "mean" -> TokenPooling.MEAN;
      case "cls" -> TokenPooling.CLS;
      case "max" -> TokenPooling.MAX;
      case "lasttoken" -> TokenPooling.LAST;
      default ->
          throw new WrongInput(
              "%s: asks for the pooling \"%s\"; TextEmbedder computes one of mean, cls, max and lasttoken"
                  .formatted(file, mode));
    };
  }

  /** A file's tree; an empty one if there is no file. */
  private static JsonNode json(Store store, Path file) throws IOException {
    if (!store.exists(file)) {
      return Json.object();
    }
    try {
      return Json.tree(store.readAll(file));
    } catch (JsonProcessingException e) {
      throw new WrongInput(
          "%s is not JSON (%s); copy it again from its model"
              .formatted(file, e.getOriginalMessage()),
          e);
    }
  }
}
