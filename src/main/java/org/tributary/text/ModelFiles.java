package org.tributary.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.HuggingFaceFolder;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.tributary.text.tokenizer.VocabularyFiles;

/** The files of a model folder about text, except for the tokenizer itself. */
final class ModelFiles {
  /** The tokens that end a text, if there are several. */
  static final String GENERATION = "generation_config.json";

  /** The special tokens' names, and often the chat template. */
  static final String TOKENIZER = "tokenizer_config.json";

  /** The chat template, if it has a separate file. */
  static final String CHAT = "chat_template.jinja";

  /** Special tokens' names, in folders of earlier releases of transformers. */
  static final String SPECIAL = "special_tokens_map.json";

  /** Ids of added tokens, in folders of earlier releases of transformers. */
  static final String ADDED = "added_tokens.json";

  private static final String CLASS = "tokenizer_class";
  private final Store store;
  private final Path folder;
  private JsonNode tokenizer;

  ModelFiles(Store store, Path folder) {
    this.store = store;
    this.folder = folder;
  }

  Path folder() {
    return folder;
  }

  /** A file's content; missing if there is no such file. */
  JsonNode json(String name) throws IOException {
    Path file = new Path(folder, name);
    if (!store.exists(file)) {
      return MissingNode.getInstance();
    }
    try {
      return Json.tree(store.readAll(file));
    } catch (JsonProcessingException e) {
      throw new WrongInput(
          "%s is not readable JSON (%s); copy it again from its model"
              .formatted(file, e.getOriginalMessage()),
          e);
    }
  }

  /**
   * The settings of the tokenizer as transformers puts them together: tokenizer_config.json;
   * special_tokens_map.json overrides it if it has no {@code added_tokens_decoder}; {@code
   * tokenizer_class} of config.json applies if it names none.
   *
   * @return the settings; missing if no file has any
   */
  JsonNode settings() throws IOException {
    JsonNode config = json(TOKENIZER);
    JsonNode map = config.has("added_tokens_decoder") ? MissingNode.getInstance() : json(SPECIAL);
    JsonNode kind = json(HuggingFaceFolder.CONFIG).path(CLASS);
    if (!map.isObject() && (!kind.isTextual() || config.hasNonNull(CLASS))) {
      return config;
    }
    ObjectNode all = config instanceof ObjectNode object ? object : Json.object();
    if (map instanceof ObjectNode tokens) {
      all.setAll(tokens);
    }
    if (kind.isTextual() && !all.hasNonNull(CLASS)) {
      all.set(CLASS, kind);
    }
    return all;
  }

  /**
   * A special token's text. In tokenizer_config.json it is a string, or an object with {@code
   * content}.
   */
  static String text(JsonNode tokenizerConfig, String key) {
    JsonNode token = tokenizerConfig.path(key);
    String text = token.isObject() ? token.path("content").asText(null) : token.asText(null);
    return text == null || text.isEmpty() || token.isNull() ? null : text;
  }

  /** The id of an added token, such as an end token. */
  OptionalLong id(String token) throws IOException {
    for (JsonNode added : added()) {
      if (added.path("content").asText().equals(token)) {
        return OptionalLong.of(added.path("id").longValue());
      }
    }
    JsonNode plain = tokenizer.path("model").path("vocab").path(token);
    return plain.isIntegralNumber() ? OptionalLong.of(plain.longValue()) : OptionalLong.empty();
  }

  /** The longest added token at the beginning of a text. */
  OptionalLong first(String text) throws IOException {
    int longest = 0;
    OptionalLong id = OptionalLong.empty();
    for (JsonNode added : added()) {
      String content = added.path("content").asText();
      if (content.length() > longest && text.startsWith(content)) {
        longest = content.length();
        id = OptionalLong.of(added.path("id").longValue());
      }
    }
    return id;
  }

  private JsonNode added() throws IOException {
    if (tokenizer == null) {
      Optional<byte[]> content = tokenizer();
      tokenizer = content.isPresent() ? Json.tree(content.get()) : MissingNode.getInstance();
    }
    return tokenizer.path("added_tokens");
  }

  /**
   * The tokenizer.
   *
   * @return the content of tokenizer.json; without that file, what stands for it, made from
   *     vocab.txt or from vocab.json and merges.txt; empty if the folder has none of them
   * @throws WrongInput if the files of a vocabulary are not valid
   */
  Optional<byte[]> tokenizer() throws IOException {
    Path whole = new Path(folder, HuggingFaceFolder.TOKENIZER);
    if (store.exists(whole)) {
      return Optional.of(store.readAll(whole));
    }
    Path lines = new Path(folder, HuggingFaceFolder.WORDS);
    Path words = new Path(folder, HuggingFaceFolder.VOCABULARY);
    Path merges = new Path(folder, HuggingFaceFolder.MERGES);
    VocabularyFiles files = new VocabularyFiles(settings(), modelType());
    if (store.exists(lines)) {
      return Optional.of(files.wordPiece(store.readAll(lines), lines.toString()));
    }
    return store.exists(words) && store.exists(merges)
        ? Optional.of(
            files.byteLevel(store.readAll(words), store.readAll(merges), words.toString()))
        : Optional.empty();
  }

  /** {@code model_type} of config.json; empty without one. */
  String modelType() throws IOException {
    return json(HuggingFaceFolder.CONFIG).path("model_type").asText("");
  }
}
