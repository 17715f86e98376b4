package org.tributary.data.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import org.tributary.error.WrongInput;

/**
 * What tokenizer_config.json changes about a tokenizer.json. transformers 5 builds the tokenizers
 * of some classes anew, by its settings, and takes from the file the vocabulary, and the
 * post-processor where no setting says otherwise:
 *
 * <ul>
 *   <li>{@code BertTokenizer}: BERT's normalizer by {@code do_lower_case} (true where it is
 *       absent), {@code strip_accents} and {@code tokenize_chinese_chars}; one text stands between
 *       {@code cls_token} and {@code sep_token};
 *   <li>{@code GPT2Tokenizer}, {@code Qwen2Tokenizer}: bytes, behind a space where {@code
 *       add_prefix_space} says so;
 *   <li>{@code LlamaTokenizer}: spaces as ▁, and one before a text ({@code legacy} false or
 *       absent), before every piece between special tokens ({@code legacy}), or none ({@code
 *       add_prefix_space} false).
 * </ul>
 *
 * <p>{@code add_bos_token} and {@code add_eos_token} change nothing there where a tokenizer.json
 * is.
 *
 * @param file of the tokenizer, which is changed
 * @param settings of tokenizer_config.json; missing where there is none
 * @param model {@code model_type} of config.json; empty where it is not known
 */
record TokenizerSettings(ObjectNode file, JsonNode settings, String model) {
  private static final String SPACE = "\u2581";

  /** The class of a model whose settings name none. */
  private static final Map<String, String> CLASSES =
      Map.of("bert", "BertTokenizer", "gpt2", "GPT2Tokenizer");

  /** Changes the file. */
  void apply() {
    if (settings.path("split_special_tokens").asBoolean()) {
      throw new WrongInput(
          "tokenizer_config.json: split_special_tokens is true, which Tributary does not do; set it to false");
    }
    String kind = settings.path("tokenizer_class").asText(CLASSES.getOrDefault(model, ""));
    kind = kind.endsWith("Fast") ? kind.substring(0, kind.length() - 4) : kind;
    String type = file.path("model").path("type").asText("");
    boolean bpe = type.equals("BPE") || file.path("model").has("merges");
    if (kind.equals("BertTokenizer") && !bpe && file.path("model").path("vocab").isObject()) {
      bert();
      return;
    }
    if (kind.equals("GPT2Tokenizer") && bpe) {
      file.putNull("normalizer");
      file.set("pre_tokenizer", bytes(true));
    } else if (kind.equals("Qwen2Tokenizer") && bpe) {
      file.path("pre_tokenizer").findParents("add_prefix_space").forEach(this::prefix);
    } else if (kind.equals("LlamaTokenizer") && bpe && hasSpaces()) {
      llama();
    }
  }

  private void bert() {
    ObjectNode normalizer = file.putObject("normalizer").put("type", "BertNormalizer");
    normalizer.put("clean_text", true);
    normalizer.put("handle_chinese_chars", flag("tokenize_chinese_chars", true));
    if (settings.hasNonNull("strip_accents")) {
      normalizer.put("strip_accents", flag("strip_accents", false));
    } else {
      normalizer.putNull("strip_accents");
    }
    normalizer.put("lowercase", flag("do_lower_case", true));
    file.putObject("pre_tokenizer").put("type", "BertPreTokenizer");
    String begin = token("cls_token", "[CLS]");
    String end = token("sep_token", "[SEP]");
    ObjectNode template = template();
    ArrayNode single = template.putArray("single");
    special(single, template, begin, 0);
    sequence(single, "A", 0);
    special(single, template, end, 0);
    ArrayNode pair = template.putArray("pair").addAll(single.deepCopy());
    sequence(pair, "B", 1);
    special(pair, template, end, 1);
  }

  private void llama() {
    ObjectNode bpe = (ObjectNode) file.get("model");
    bpe.putNull("unk_token").put("fuse_unk", true).put("byte_fallback", true);
    bpe.put("ignore_merges", false);
    file.putNull("normalizer");
    String scheme = flag("legacy", false) ? "always" : "first";
    ObjectNode spaces = file.putObject("pre_tokenizer").put("type", "Metaspace");
    spaces.put("replacement", SPACE).put("split", false);
    spaces.put("prepend_scheme", flag("add_prefix_space", true) ? scheme : "never");
  }

  /** Whether the file is of SentencePiece's kind, and not of bytes under the same class's name. */
  private boolean hasSpaces() {
    return file.path("model").path("vocab").has(SPACE)
        && !file.path("pre_tokenizer").toString().contains("ByteLevel");
  }

  private ObjectNode bytes(boolean regex) {
    ObjectNode bytes = file.objectNode().put("type", "ByteLevel");
    bytes.put("add_prefix_space", flag("add_prefix_space", false));
    return bytes.put("trim_offsets", true).put("use_regex", regex);
  }

  private void prefix(JsonNode step) {
    ((ObjectNode) step).put("add_prefix_space", flag("add_prefix_space", false));
  }

  private ObjectNode template() {
    ObjectNode template = file.putObject("post_processor").put("type", "TemplateProcessing");
    template.putObject("special_tokens");
    return template;
  }

  private static void sequence(ArrayNode pieces, String id, int type) {
    pieces.addObject().putObject("Sequence").put("id", id).put("type_id", type);
  }

  private void special(ArrayNode pieces, ObjectNode template, String token, int type) {
    if (token != null) {
      pieces.addObject().putObject("SpecialToken").put("id", token).put("type_id", type);
      ObjectNode known = ((ObjectNode) template.get("special_tokens")).putObject(token);
      known.put("id", token).putArray("tokens").add(token);
      known.putArray("ids").add(id(token));
    }
  }

  private int id(String token) {
    for (JsonNode added : file.path("added_tokens")) {
      if (added.path("content").asText().equals(token)) {
        return added.path("id").asInt(-1);
      }
    }
    return file.path("model").path("vocab").path(token).asInt(-1);
  }

  private boolean flag(String key, boolean otherwise) {
    JsonNode value = settings.path(key);
    if (value.isMissingNode() || value.isNull()) {
      return otherwise;
    }
    if (!value.isBoolean()) {
      throw new WrongInput(
          "tokenizer_config.json: %s must be true or false; copy it again from its model"
              .formatted(key));
    }
    return value.booleanValue();
  }

  private String token(String key, String otherwise) {
    JsonNode token = settings.path(key);
    JsonNode text = token.isObject() ? token.path("content") : token;
    return text.isTextual() ? text.textValue() : otherwise;
  }
}
