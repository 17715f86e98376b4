package org.tributary.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tributary.error.WrongInput;

/**
 * The tokens of a tokenizer with their ids: those of the model's vocabulary, and the added ones.
 *
 * @param ids id of every token
 * @param size the largest id plus one
 */
public record Vocabulary(Map<String, Integer> ids, int size) {
  /** The library recurses for each letter of a token, which uses the stack. */
  private static final int LONGEST = 2000;

  /** The library compares each added token with all others. */
  private static final int MOST_ADDED = 20_000;

  private static final int MOST_ID = 1 << 26;
  private static final List<String> FLAGS =
      List.of("single_word", "lstrip", "rstrip", "normalized", "special");

  /**
   * Reads both vocabularies.
   *
   * @param root of the file
   * @param normalizing normalizes the text of an added token
   * @return all tokens
   * @throws WrongInput if an id is invalid, or an added token would get another id than in the file
   */
  static Vocabulary of(JsonSection root, Normalizer normalizing) {
    Map<String, Integer> ids = new HashMap<>();
    JsonSection model = root.part("model");
    JsonNode vocab = model.node().path("vocab");
    int count = vocab.size();
    if (vocab.isArray()) {
      scored(model, vocab, ids);
    } else if (vocab.isObject()) {
      numbered(model, vocab, ids);
    } else {
      throw model.wrong(
          "vocab", "must be a section of tokens and ids, or a list of tokens and scores");
    }
    if (ids.isEmpty()) {
      throw model.wrong("vocab", "is empty");
    }
    if (!root.lacks("added_tokens")) {
      int free = count;
      for (JsonSection token : root.list("added_tokens", MOST_ADDED)) {
        free = Math.max(free, add(token, ids, free, normalizing) + 1);
      }
    }
    int largest = ids.values().stream().mapToInt(i -> i).max().orElse(-1);
    return new Vocabulary(ids, largest + 1);
  }

  /**
   * Adds a token as the library does: with its id in the vocabulary, or else the next free id,
   * whatever the file says.
   */
  private static int add(
      JsonSection token, Map<String, Integer> ids, int free, Normalizer normalizing) {
    String content = token.text("content", LONGEST);
    FLAGS.forEach(token::flag);
    int id = token.number("id", 0, MOST_ID);
    if (content.isEmpty()) {
      throw token.wrong("content", "is empty");
    }
    int given = ids.getOrDefault(content, free);
    if (given != id) {
      throw token.wrong(
          "id",
          "is %d, but the tokenizers library gives \"%s\" the id %d (the vocabulary's, or the next free one)"
              .formatted(id, shown(content), given));
    }
    if (token.flag("normalized") && vanishes(normalizing.replaced(content))) {
      throw token.wrong(
          "content", "is \"%s\", of which the normalizer leaves nothing".formatted(shown(content)));
    }
    ids.put(content, id);
    return id;
  }

  /** Whether no character remains that every normalizer keeps at least partly. */
  private static boolean vanishes(String content) {
    return content
        .codePoints()
        .noneMatch(c -> c > ' ' && c < 127 || Character.isLetterOrDigit(c) || c == '\u2581');
  }

  private static String shown(JsonNode value) {
    return shown(value.toString());
  }

  private static String shown(String text) {
    return text.length() <= 40 ? text : text.substring(0, 40) + "...";
  }

  private static void numbered(JsonSection model, JsonNode vocab, Map<String, Integer> ids) {
    vocab
        .fields()
        .forEachRemaining(
            token -> {
              JsonNode id = token.getValue();
              if (!id.isIntegralNumber()
                  || !id.canConvertToInt()
                  || id.intValue() < 0
                  || id.intValue() > MOST_ID) {
                throw model.wrong(
                    "vocab",
                    "has %s as the id of \"%s\"".formatted(shown(id), shown(token.getKey())));
              }
              checkLength(model, token.getKey());
              ids.put(token.getKey(), id.intValue());
            });
  }

  private static void scored(JsonSection model, JsonNode vocab, Map<String, Integer> ids) {
    for (int id = 0; id < vocab.size(); id++) {
      JsonNode token = vocab.get(id);
      if (token.size() != 2 || !token.path(0).isTextual() || !token.path(1).isNumber()) {
        throw model.wrong("vocab[%d]".formatted(id), "must be a token and its score");
      }
      double score = token.get(1).doubleValue();
      if (Math.abs(score) > 1e9) {
        throw model.wrong("vocab[%d]".formatted(id), "has the score %s".formatted(score));
      }
      checkLength(model, token.get(0).textValue());
      ids.put(token.get(0).textValue(), id);
    }
  }

  private static void checkLength(JsonSection model, String token) {
    if (token.length() > LONGEST) {
      throw model.wrong(
          "vocab",
          "has a token of %,d characters, \"%s\"; the most are %,d"
              .formatted(token.length(), shown(token), LONGEST));
    }
  }
}
