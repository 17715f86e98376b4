package org.tributary.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.tributary.error.WrongInput;

/**
 * Checks the post-processor of a tokenizer, which puts special tokens around a text. Each token
 * that it names must be in the vocabulary with its id, and the text must occur exactly once.
 */
final class PostProcessor {
  private static final int MOST_STEPS = 16;

  /** The most special tokens around one text. BERT and RoBERTa have two. */
  private static final int MOST_TOKENS = 64;

  private static final int LONGEST = 1000;

  private final Vocabulary vocabulary;
  private Added added = new Added(0, 0);
  private boolean done;

  /**
   * Numbers of special tokens.
   *
   * @param one around one text
   * @param pair around two texts
   */
  record Added(int one, int pair) {}

  private PostProcessor(Vocabulary vocabulary) {
    this.vocabulary = vocabulary;
  }

  /**
   * Checks the post-processor.
   *
   * @param part its section; may be missing
   * @param vocabulary all tokens with their ids
   * @return the numbers of tokens that it adds
   * @throws WrongInput if the library would fail on it
   */
  static Added added(JsonSection part, Vocabulary vocabulary) {
    PostProcessor found = new PostProcessor(vocabulary);
    if (!part.node().isMissingNode() && !part.node().isNull()) {
      found.visit(part, 0);
    }
    return found.added;
  }

  private void visit(JsonSection part, int depth) {
    String type = part.type();
    if (depth > 4) {
      throw part.wrong("", "is nested too deeply");
    }
    switch (type) {
      case "Sequence" -> part.list("processors", MOST_STEPS).forEach(p -> visit(p, depth + 1));
      case "ByteLevel" -> {
        List.of("add_prefix_space", "trim_offsets").forEach(part::flag);
        part.flag("use_regex", true);
      }
      case "BertProcessing", "RobertaProcessing" -> {
        once(part);
        pair(part, "sep");
        pair(part, "cls");
        if (type.startsWith("R")) {
          List.of("trim_offsets", "add_prefix_space").forEach(part::flag);
        }
        added = new Added(2, type.startsWith("R") ? 4 : 3);
      }
      case "TemplateProcessing" -> {
        once(part);
        special(part);
        added = new Added(template(part, "single", 1, 0), template(part, "pair", 1, 1));
      }
      default ->
          throw part.wrong(
              "type",
              "\"%s\" is not a post-processor that the tokenizers library knows".formatted(type));
    }
  }

  /** The library treats the output of one post-processor as several texts in the next one. */
  private void once(JsonSection part) {
    if (done) {
      throw part.wrong("", "is the second step that puts tokens around a text");
    }
    done = true;
  }

  /** {@code [token, id]}. */
  private void pair(JsonSection part, String key) {
    JsonNode pair = part.node().path(key);
    if (pair.size() != 2 || !pair.path(0).isTextual() || !pair.path(1).isIntegralNumber()) {
      throw part.wrong(key, "must be a token and its id");
    }
    known(part, key, pair.path(0).textValue(), pair.path(1));
  }

  private void special(JsonSection part) {
    JsonSection all = part.part("special_tokens");
    all.object()
        .fieldNames()
        .forEachRemaining(
            name -> {
              JsonSection token = all.part(name);
              token.text("id", LONGEST);
              List<JsonSection> ids = token.list("ids", MOST_TOKENS);
              List<JsonSection> tokens = token.list("tokens", MOST_TOKENS);
              if (ids.size() != tokens.size()) {
                throw token.wrong(
                    "", "has %d ids and %d tokens".formatted(ids.size(), tokens.size()));
              }
              for (int i = 0; i < ids.size(); i++) {
                if (!tokens.get(i).node().isTextual()) {
                  throw tokens.get(i).wrong("", "must be a token");
                }
                known(token, "ids", tokens.get(i).node().textValue(), ids.get(i).node());
              }
            });
  }

  private void known(JsonSection part, String key, String token, JsonNode id) {
    Integer right = vocabulary.ids().get(token);
    if (right == null) {
      throw part.wrong(key, "names the token \"%s\", which the vocabulary lacks".formatted(token));
    }
    if (!id.isIntegralNumber() || id.longValue() != right) {
      throw part.wrong(
          key, "gives the token \"%s\" the id %s, the vocabulary %d".formatted(token, id, right));
    }
  }

  /** Returns the number of special tokens in a template. */
  private int template(JsonSection part, String key, int firsts, int seconds) {
    int special = 0;
    int[] texts = {0, 0};
    for (JsonSection piece : part.list(key, MOST_TOKENS)) {
      String kind = piece.object().size() == 1 ? piece.object().fieldNames().next() : "";
      JsonSection inside = piece.part(kind.isEmpty() ? "?" : kind);
      if (kind.equals("Sequence")) {
        texts[inside.choice("id", List.of("A", "B")).equals("A") ? 0 : 1]++;
      } else if (kind.equals("SpecialToken")) {
        String id = inside.text("id", LONGEST);
        JsonNode token = part.node().path("special_tokens").path(id);
        if (token.isMissingNode()) {
          throw inside.wrong("id", "is \"%s\", which special_tokens lacks".formatted(id));
        }
        special += token.path("ids").size();
      } else {
        throw piece.wrong("", "must be a Sequence or a SpecialToken");
      }
      inside.number("type_id", 0, Short.MAX_VALUE);
    }
    if (texts[0] != firsts || texts[1] != seconds) {
      throw part.wrong(
          key, "must have the text%s once".formatted(seconds > 0 ? "s A and B each" : " A"));
    }
    if (special > MOST_TOKENS) {
      throw part.wrong(key, "adds more than %d tokens".formatted(MOST_TOKENS));
    }
    return special;
  }
}
