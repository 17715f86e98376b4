package org.tributary.text;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.error.WrongInput;

/**
 * Reads the tokens that the files next to tokenizer.json add. transformers gives each of them one
 * id, even if the vocabulary has the token. The tokenizers library knows only those of
 * tokenizer.json and splits the others.
 */
final class AddedTokens {
  private static final String DECODER = "added_tokens_decoder";

  /** Padding comes after a text and is not a token in it. */
  private static final String PAD = "pad_token";

  private static final Set<String> SEVERAL =
      Set.of(
          DECODER,
          "additional_special_tokens",
          "extra_special_tokens",
          "model_specific_special_tokens");

  private AddedTokens() {}

  /**
   * Compares the files next to a tokenizer.json with it.
   *
   * @param files of the folder
   * @param known contents of its added tokens
   * @throws WrongInput that names tokens which are not among them
   * @throws IOException if the file system fails
   */
  static void check(ModelFiles files, Set<String> known) throws IOException {
    Map<String, String> others = new LinkedHashMap<>();
    JsonNode config = files.json(ModelFiles.TOKENIZER);
    collect(config, ModelFiles.TOKENIZER, others);
    if (!config.has(DECODER)) {
      collect(files.json(ModelFiles.SPECIAL), ModelFiles.SPECIAL, others);
      files
          .json(ModelFiles.ADDED)
          .fieldNames()
          .forEachRemaining(t -> others.put(t, ModelFiles.ADDED));
    }
    others.keySet().removeAll(known);
    if (!others.isEmpty()) {
      List<String> problems = new ArrayList<>();
      others.forEach((token, file) -> problems.add("\"%s\" of %s".formatted(token, file)));
      throw WrongInput.some(
          "%s: its added_tokens lack tokens that files next to it name, and texts with them would be split; save the tokenizer again with transformers' save_pretrained:"
              .formatted(new Path(files.folder(), HuggingFaceFolder.TOKENIZER)),
          problems);
    }
  }

  private static void collect(JsonNode config, String file, Map<String, String> into) {
    config
        .fields()
        .forEachRemaining(
            key -> {
              if (SEVERAL.contains(key.getKey())) {
                key.getValue().forEach(token -> add(token, file, into));
              } else if (key.getKey().endsWith("_token") && !key.getKey().equals(PAD)) {
                add(key.getValue(), file, into);
              }
            });
  }

  private static void add(JsonNode token, String file, Map<String, String> into) {
    JsonNode text = token.isObject() ? token.path("content") : token;
    if (text.isTextual() && !text.asText().isEmpty()) {
      into.put(text.asText(), file);
    }
  }
}
