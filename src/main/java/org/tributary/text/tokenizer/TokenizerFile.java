package org.tributary.text.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;

/**
 * A tokenizer.json that is safe for the tokenizers library. The library is native code in Rust. It
 * panics on unexpected input, and a panic in a call from Java ends the JVM. So this class checks
 * the name, type and bounds of everything that the library reads, and passes only checked sections
 * to it.
 *
 * @param json the content for the library
 * @param vocabulary all tokens with their ids
 * @param around number of special tokens around one text
 * @param aroundPair number of special tokens around two texts
 * @param limit the texts that are passed to it
 * @param habits its behaviour apart from making ids
 */
public record TokenizerFile(
    ObjectNode json,
    Vocabulary vocabulary,
    int around,
    int aroundPair,
    TextLimit limit,
    TokenizerBehaviour habits) {
  /** The limit of a text. */
  private static final int LONGEST_TEXT = 1_000_000;

  /** The library ends the process if one match goes back more than 10 million times. */
  private static final double MOST_RETRIES = 9e6;

  /** The limit of a text that is normalized. */
  private static final double LONGEST_NORMALIZED = 32e6;

  /** The most steps for one text if long words are quadratic in their length. */
  private static final double MOST_STEPS = 6e10;

  private static final int LONGEST_FIX = 100;
  private static final List<String> SECTIONS =
      List.of(
          "version",
          "added_tokens",
          "normalizer",
          "pre_tokenizer",
          "post_processor",
          "decoder",
          "model");

  /**
   * Reads and checks a file.
   *
   * @param content of the file
   * @param name its name in messages
   * @return the checked file
   * @throws WrongInput if the library would fail on it; the message names the key
   */
  public static TokenizerFile read(byte[] content, String name) {
    return read(content, name, MissingNode.getInstance(), "");
  }

  /**
   * Reads and checks a file with the files next to it.
   *
   * @param content of the file
   * @param name its name in messages
   * @param settings content of tokenizer_config.json; missing if there is none
   * @param model {@code model_type} of config.json; empty if it is not known
   * @return the checked file
   * @throws WrongInput if the library would fail on it; the message names the key
   */
  public static TokenizerFile read(byte[] content, String name, JsonNode settings, String model) {
    JsonNode node;
    try {
      node = Json.strict(content);
    } catch (JsonProcessingException e) {
      throw new WrongInput(
          "%s is not readable JSON (%s); copy it again from its model"
              .formatted(name, e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new WrongInput("%s cannot be read: %s".formatted(name, e.getMessage()), e);
    }
    if (!(node instanceof ObjectNode root) || !node.path("model").isObject()) {
      throw new WrongInput(
          name
              + " is not a Hugging Face tokenizer (it has no \"model\"); copy it again from its model");
    }
    ObjectNode kept = root.objectNode();
    SECTIONS.stream().filter(root::has).forEach(key -> kept.set(key, root.get(key)));
    new TokenizerSettings(kept, settings, model).apply();
    return checked(new JsonSection(name, "", kept), root, settings);
  }

  /**
   * The tokens that the file adds to those of its model.
   *
   * @return their contents
   */
  public Set<String> addedTokens() {
    return StreamSupport.stream(json.path("added_tokens").spliterator(), false)
        .map(token -> token.path("content").asText())
        .collect(Collectors.toSet());
  }

  private static TokenizerFile checked(JsonSection root, JsonNode whole, JsonNode settings) {
    if (!root.lacks("version")) {
      root.choice("version", List.of("1.0"));
    }
    int longestWord = model(root.part("model"));
    Normalizer normalizing = Normalizer.of(root.part("normalizer"));
    PreTokenizer splitting = PreTokenizer.of(root.part("pre_tokenizer"));
    Vocabulary vocabulary = Vocabulary.of(root, normalizing);
    PostProcessor.Added around = PostProcessor.added(root.part("post_processor"), vocabulary);
    DecoderCheck.check(root.part("decoder"));
    double longest =
        normalizing.linear() && splitting.linear() ? LONGEST_TEXT : TextLimit.LONGEST_OF_SQUARE;
    longest = Math.min(longest, LONGEST_NORMALIZED / normalizing.growth());
    longest = Math.min(longest, MOST_STEPS / longestWord / longestWord);
    TokenizerBehaviour habits =
        TokenizerBehaviour.of(whole, settings, padId(root, whole.path("padding"), vocabulary));
    longest =
        Math.min(
            longest,
            MOST_RETRIES / Math.max(1, Math.max(normalizing.retries(), splitting.retries())));
    double squares = (double) TextLimit.LONGEST_OF_SQUARE * TextLimit.LONGEST_OF_SQUARE;
    Regex.Runs runs = normalizing.runs();
    TextLimit limit = new TextLimit((int) longest, runs.characters(), squares / runs.times());
    return new TokenizerFile(root.object(), vocabulary, around.one(), around.pair(), limit, habits);
  }

  private static int padId(JsonSection root, JsonNode padding, Vocabulary vocabulary) {
    JsonNode id = padding.path("pad_id");
    if (id.isInt() && id.intValue() >= 0 && id.intValue() < vocabulary.size()) {
      return id.intValue();
    }
    return StreamSupport.stream(root.node().path("added_tokens").spliterator(), false)
        .filter(t -> t.path("content").asText().matches("(?i)[\\[<]\\|?pad\\|?[\\]>]"))
        .mapToInt(t -> t.path("id").intValue())
        .findFirst()
        .orElse(0);
  }

  /**
   * Checks the model without its vocabulary.
   *
   * @return the most characters of a word that it tries to cut at every position
   */
  private static int model(JsonSection model) {
    switch (kind(model)) {
      case "BPE" -> bpe(model);
      case "WordPiece" -> {
        model.text("unk_token", LONGEST_FIX);
        model.text("continuing_subword_prefix", LONGEST_FIX);
        return model.number("max_input_chars_per_word", 1, 1000);
      }
      case "WordLevel" -> model.text("unk_token", LONGEST_FIX);
      case "Unigram" -> {
        if (!model.lacks("unk_id")) {
          model.number("unk_id", 0, Math.max(0, model.node().path("vocab").size() - 1));
        }
        model.flag("byte_fallback", false);
      }
      default ->
          throw model.wrong(
              "type",
              "\"%s\" is not a model that the tokenizers library knows".formatted(model.type()));
    }
    return 1;
  }

  /** The kind of a model. Files of early releases do not name it. */
  private static String kind(JsonSection model) {
    if (!model.lacks("type")) {
      return model.type();
    }
    if (model.node().has("merges")) {
      return "BPE";
    }
    if (model.node().path("vocab").isArray()) {
      return "Unigram";
    }
    return model.node().has("max_input_chars_per_word") ? "WordPiece" : "WordLevel";
  }

  private static void bpe(JsonSection model) {
    List.of("fuse_unk", "byte_fallback", "ignore_merges").forEach(key -> model.flag(key, false));
    model.textOrNull("unk_token", LONGEST_FIX);
    model.textOrNull("end_of_word_suffix", LONGEST_FIX);
    String prefix = model.textOrNull("continuing_subword_prefix", LONGEST_FIX);
    if (!model.lacks("dropout") && model.node().get("dropout").asDouble(1) != 0) {
      throw model.unwanted(
          "dropout",
          "is %s, which cuts equal texts in different ways; set it to null"
              .formatted(model.node().get("dropout")));
    }
    JsonNode merges = model.node().path("merges");
    if (!merges.isArray()) {
      throw model.wrong("merges", "must be a list");
    }
    for (int i = 0; i < merges.size(); i++) {
      JsonNode merge = merges.get(i);
      String text = merge.asText();
      boolean pair = merge.size() == 2 && merge.get(0).isTextual() && merge.get(1).isTextual();
      if (!pair && !merge.isTextual()) {
        throw model.wrong("merges[%d]".formatted(i), "must be two tokens");
      }
      String second = pair ? merge.get(1).textValue() : text.substring(text.indexOf(' ') + 1);
      if (prefix != null && !second.startsWith(prefix)) {
        throw model.wrong(
            "merges[%d]".formatted(i),
            "must have a second token that begins with the continuing_subword_prefix \"%s\""
                .formatted(prefix));
      }
    }
  }
}
