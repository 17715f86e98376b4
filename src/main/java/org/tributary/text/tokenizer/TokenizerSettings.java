package org.tributary.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tributary.error.WrongInput;

/**
 * Applies tokenizer_config.json to a tokenizer.json, as transformers 5 does. The class rebuilds the
 * tokenizer ({@link RebuiltTokenizer}) or uses it unchanged, and {@code added_tokens_decoder}
 * decides how added tokens include the spaces around them. {@code add_bos_token}, {@code
 * add_eos_token}, {@code padding_side} and {@code model_max_length} do not change ids in
 * transformers if there is a tokenizer.json.
 *
 * @param file content of the tokenizer's file, which is changed
 * @param settings content of tokenizer_config.json; missing if there is none
 * @param model {@code model_type} of config.json; empty if it is not known
 */
record TokenizerSettings(ObjectNode file, JsonNode settings, String model) {
  private static final String DECODER = "added_tokens_decoder";
  private static final String ADDED = "added_tokens";
  private static final String CONTENT = "content";
  private static final String SPECIAL = "special";
  private static final List<String> FLAGS =
      List.of("lstrip", "rstrip", "single_word", "normalized");

  /** Changes the file. */
  void apply() {
    if (settings.path("split_special_tokens").asBoolean()) {
      throw new WrongInput(
          "tokenizer_config.json: split_special_tokens is true, which Tributary does not do; set it to false");
    }
    String kind = TokenizerClass.of(settings, model);
    boolean rebuilt = new RebuiltTokenizer(file, settings).build(kind);
    if (settings.path(DECODER).isObject()) {
      addedTokens(rebuilt ? kind : TokenizerClass.AS_IS, rebuilt);
    }
  }

  private void addedTokens(String kind, boolean rebuilt) {
    Map<String, JsonNode> said = new HashMap<>();
    settings.get(DECODER).forEach(token -> said.put(token.path(CONTENT).asText(), token));
    Set<String> named = named(kind);
    for (JsonNode token : list()) {
      String content = token.path(CONTENT).asText();
      JsonNode other = said.get(content);
      if (other != null && token instanceof ObjectNode one) {
        change(one, other, rebuilt, named.contains(content));
      } else if (rebuilt && !named.contains(content)) {
        throw new WrongInput(
            ("tokenizer_config.json: added_tokens_decoder lacks \"%s\" of tokenizer.json's added_tokens, which"
                    + " transformers would then no longer know; add it there, or copy both files again from"
                    + " their model")
                .formatted(content));
      }
    }
  }

  private ArrayNode list() {
    return file.path(ADDED) instanceof ArrayNode list ? list : file.arrayNode();
  }

  private static void change(ObjectNode token, JsonNode said, boolean rebuilt, boolean named) {
    boolean special = said.path(SPECIAL).asBoolean(false) || named;
    for (String flag : FLAGS) {
      boolean otherwise = flag.equals("normalized") && !said.path(SPECIAL).asBoolean(false);
      token.put(flag, said.path(flag).asBoolean(otherwise));
    }
    token.put(SPECIAL, special || !rebuilt && token.path(SPECIAL).asBoolean(false));
  }

  /** Tokens that a separate key or the class makes special. */
  private Set<String> named(String kind) {
    Set<String> named = new HashSet<>(TokenizerClass.defaults(kind));
    settings
        .fields()
        .forEachRemaining(
            key -> {
              if (key.getKey().endsWith("_token")) {
                add(key.getValue(), named);
              } else if (key.getKey().endsWith("_special_tokens")) {
                key.getValue().forEach(token -> add(token, named));
              }
            });
    return named;
  }

  private static void add(JsonNode token, Set<String> to) {
    JsonNode text = token.isObject() ? token.path(CONTENT) : token;
    if (text.isTextual()) {
      to.add(text.textValue());
    }
  }
}
