package org.tributary.text.tokenizer;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;

/**
 * Makes the content of a tokenizer.json from the files of a vocabulary, for folders without one:
 * {@code vocab.txt} (WordPiece, one token a line) or {@code vocab.json} and {@code merges.txt}
 * (byte-level BPE). It has the vocabulary and the special tokens; {@link RebuiltTokenizer} adds the
 * rest by the rules of the tokenizer class, as transformers 5 does.
 *
 * @param settings content of tokenizer_config.json; missing if there is none
 * @param model {@code model_type} of config.json; empty if it is not known
 */
public record VocabularyFiles(JsonNode settings, String model) {
  private static final String CONTENT = "content";

  /** The white space at the end of a line, which does not belong to its token. */
  private static final Pattern END = Pattern.compile("\\p{IsWhite_Space}+$");

  /** The keys of special tokens in the order in which transformers adds them. */
  private static final List<String> ORDER =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  /** The special tokens of a class by the keys that can name others. */
  private static final Map<String, Map<String, String>> NAMED =
      Map.of(
          TokenizerClass.BERT,
          Map.of(
              "unk_token", "[UNK]",
              "sep_token", "[SEP]",
              "pad_token", "[PAD]",
              "cls_token", "[CLS]",
              "mask_token", "[MASK]"),
          TokenizerClass.GPT2,
          Map.of(
              "unk_token", "<|endoftext|>",
              "bos_token", "<|endoftext|>",
              "eos_token", "<|endoftext|>"),
          TokenizerClass.QWEN2,
          Map.of(
              "unk_token", "<|endoftext|>",
              "eos_token", "<|endoftext|>",
              "pad_token", "<|endoftext|>"),
          TokenizerClass.ROBERTA,
          Map.of(
              "bos_token", "<s>",
              "eos_token", "</s>",
              "sep_token", "</s>",
              "cls_token", "<s>",
              "unk_token", "<unk>",
              "pad_token", "<pad>",
              "mask_token", "<mask>"));

  /**
   * A WordPiece tokenizer.
   *
   * @param vocabulary content of vocab.txt
   * @param name of the file, for messages
   * @return content of a tokenizer.json
   * @throws WrongInput if the class of the tokenizer is another one
   */
  public byte[] wordPiece(byte[] vocabulary, String name) {
    String kind = kind(name, "WordPiece", List.of(TokenizerClass.BERT));
    ObjectNode file = Json.object().put("version", "1.0");
    ObjectNode words = Json.object();
    int line = 0;
    for (String token : lines(vocabulary)) {
      words.put(END.matcher(token).replaceFirst(""), line++);
    }
    file.set("added_tokens", added(kind, words, name));
    file.putObject("model").put("type", "WordPiece").set("vocab", words);
    return bytes(file);
  }

  /**
   * A byte-level BPE tokenizer.
   *
   * @param vocabulary content of vocab.json
   * @param merges content of merges.txt
   * @param name of vocab.json, for messages
   * @return content of a tokenizer.json
   * @throws WrongInput if the class of the tokenizer is another one, or a file is not valid
   */
  public byte[] byteLevel(byte[] vocabulary, byte[] merges, String name) {
    String kind =
        kind(
            name,
            "BPE",
            List.of(TokenizerClass.ROBERTA, TokenizerClass.GPT2, TokenizerClass.QWEN2));
    ObjectNode words;
    try {
      words = (ObjectNode) Json.strict(vocabulary);
    } catch (ClassCastException | JsonProcessingException e) {
      throw new WrongInput(name + ": is no JSON object of tokens and ids; copy it again", e);
    } catch (IOException e) {
      throw new WrongInput("%s cannot be read: %s".formatted(name, e.getMessage()), e);
    }
    ObjectNode file = Json.object().put("version", "1.0");
    file.set("added_tokens", added(kind, words, name));
    ObjectNode bpe = file.putObject("model").put("type", "BPE");
    bpe.put("continuing_subword_prefix", "").put("end_of_word_suffix", "");
    bpe.set("vocab", words);
    ArrayNode pairs = bpe.putArray("merges");
    for (String merge : lines(merges)) {
      if (!merge.startsWith("#version")) {
        pair(merge, pairs.addArray());
      }
    }
    return bytes(file);
  }

  private static void pair(String merge, ArrayNode pair) {
    String[] parts = merge.split(" ", -1);
    if (parts.length != 2) {
      throw new WrongInput(
          "merges.txt: \"%s\" is not two tokens; copy it again from its model".formatted(merge));
    }
    pair.add(parts[0]).add(parts[1]);
  }

  private String kind(String name, String what, List<String> known) {
    String kind = TokenizerClass.of(settings, model);
    if (!known.contains(kind)) {
      throw new WrongInput(
          ("%s: is the vocabulary of a %s tokenizer, but tokenizer_class of tokenizer_config.json, or"
                  + " model_type \"%s\", does not say which of %s it belongs to; set tokenizer_class, or"
                  + " save tokenizer.json in Python with"
                  + " transformers.AutoTokenizer.from_pretrained(dir).save_pretrained(newDir)")
              .formatted(name, what, model, String.join(", ", known)));
    }
    if (settings.path("add_bos_token").asBoolean() || settings.path("add_eos_token").asBoolean()) {
      throw new WrongInput(
          ("%s: tokenizer_config.json has add_bos_token or add_eos_token, which need a tokenizer.json; save"
                  + " one in Python with transformers.AutoTokenizer.from_pretrained(dir).save_pretrained(newDir)")
              .formatted(name));
    }
    return kind;
  }

  private static List<String> lines(byte[] text) {
    List<String> lines =
        new ArrayList<>(List.of(new String(text, StandardCharsets.UTF_8).split("\n", -1)));
    if (lines.get(lines.size() - 1).isEmpty()) {
      lines.remove(lines.size() - 1);
    }
    lines.replaceAll(line -> line.endsWith("\r") ? line.substring(0, line.length() - 1) : line);
    return lines;
  }

  /**
   * The added tokens: those of added_tokens_decoder, then the special tokens by their keys. A token
   * has its id in the vocabulary, or else the next free id.
   */
  private ArrayNode added(String kind, ObjectNode words, String name) {
    ArrayNode added = Json.object().putArray("added_tokens");
    settings
        .path("added_tokens_decoder")
        .fields()
        .forEachRemaining(
            token -> {
              ObjectNode made = token(added, words, token.getValue());
              if (!made.path("id").asText().equals(token.getKey())) {
                throw new WrongInput(
                    "%s: added_tokens_decoder of tokenizer_config.json gives \"%s\" the id %s, the vocabulary %s; copy both files again from their model"
                        .formatted(
                            name, made.path(CONTENT).asText(), token.getKey(), made.path("id")));
              }
            });
    for (String key : ORDER) {
      String absent = NAMED.get(kind).get(key);
      if (settings.has(key)) {
        special(added, words, settings.get(key));
      } else if (absent != null) {
        special(added, words, Json.object().put(CONTENT, absent));
      }
    }
    settings
        .fields()
        .forEachRemaining(
            key -> {
              if (key.getKey().endsWith("_token")) {
                special(added, words, key.getValue());
              } else if (key.getKey().endsWith("_special_tokens")) {
                key.getValue().forEach(token -> special(added, words, token));
              }
            });
    return added;
  }

  private static void special(ArrayNode added, ObjectNode words, JsonNode token) {
    JsonNode object = token.isTextual() ? Json.object().put(CONTENT, token.textValue()) : token;
    boolean isNew = object.path(CONTENT).isTextual() && !object.path(CONTENT).asText().isEmpty();
    for (JsonNode other : added) {
      isNew &= !other.path(CONTENT).equals(object.path(CONTENT));
    }
    if (isNew) {
      token(added, words, object).put("special", true);
    }
  }

  private static ObjectNode token(ArrayNode added, ObjectNode words, JsonNode said) {
    String content = said.path(CONTENT).asText();
    int free = words.size();
    for (JsonNode other : added) {
      free = Math.max(free, other.path("id").asInt() + 1);
    }
    int id = words.path(content).asInt(free);
    ObjectNode token = added.addObject().put("id", id).put(CONTENT, content);
    boolean special = said.path("special").asBoolean(false);
    for (String flag : List.of("single_word", "lstrip", "rstrip")) {
      token.put(flag, said.path(flag).asBoolean(false));
    }
    token.put("normalized", said.path("normalized").asBoolean(false));
    return token.put("special", special);
  }

  private static byte[] bytes(ObjectNode file) {
    return Json.bytes(file);
  }
}
