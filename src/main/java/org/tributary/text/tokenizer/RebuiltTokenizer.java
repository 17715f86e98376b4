package org.tributary.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.tributary.error.WrongInput;

/**
 * Rebuilds tokenizers as the tokenizer classes of transformers 5 do, from their rules and the
 * settings. They keep the vocabulary of the file, and the post-processor unless a rule replaces it:
 *
 * <ul>
 *   <li>{@code BertTokenizer}: BERT's normalizer by {@code do_lower_case} (true if it is missing),
 *       {@code strip_accents} and {@code tokenize_chinese_chars}; one text is between {@code
 *       cls_token} and {@code sep_token};
 *   <li>{@code GPT2Tokenizer}, {@code Qwen2Tokenizer}: byte-level, with a leading space if {@code
 *       add_prefix_space} is true; Qwen's applies NFC and its own expression first;
 *   <li>{@code RobertaTokenizer}: GPT-2's, and one text is between {@code cls_token} and {@code
 *       sep_token}, with two of the latter between the texts of a pair;
 *   <li>{@code LlamaTokenizer}: spaces as ▁, and one before a text ({@code legacy} false or
 *       missing), before every piece between special tokens ({@code legacy}), or none ({@code
 *       add_prefix_space} false);
 *   <li>{@code GemmaTokenizer}: spaces as ▁, none before a text;
 *   <li>{@code XLMRobertaTokenizer}: SentencePiece's normalization, and words between {@code
 *       bos_token} and {@code eos_token}.
 * </ul>
 *
 * <p>A file that is not of the kind of its class stays unchanged. For example, byte-level files
 * with Llama's class were trained with the settings of the file.
 *
 * @param file content of the tokenizer's file, which is changed
 * @param settings content of tokenizer_config.json; missing if there is none
 */
record RebuiltTokenizer(ObjectNode file, JsonNode settings) {
  private static final String SPACE = "\u2581";
  private static final String NORMALIZER = "normalizer";
  private static final String PRE = "pre_tokenizer";
  private static final String DECODER = "decoder";
  private static final String TYPE = "type";
  private static final String PREFIX = "add_prefix_space";
  private static final String PATTERN = "pattern";

  /** The expression of Qwen in transformers' models/qwen2/tokenization_qwen2.py. */
  private static final String QWEN =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*"
          + "|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  /**
   * Changes the file.
   *
   * @param kind a class name of {@link TokenizerClass}
   * @return whether it is rebuilt
   */
  boolean build(String kind) {
    JsonNode model = file.path("model");
    String type = model.path(TYPE).asText("");
    boolean bpe = type.equals("BPE") || model.has("merges");
    boolean words = !bpe && model.path("vocab").isObject();
    boolean fits =
        switch (kind) {
          case TokenizerClass.BERT -> words;
          case TokenizerClass.GPT2, TokenizerClass.QWEN2, TokenizerClass.ROBERTA -> bpe;
          case TokenizerClass.LLAMA, TokenizerClass.GEMMA -> bpe && hasSpaces();
          case TokenizerClass.XLM -> model.path("vocab").isArray();
          default -> false;
        };
    if (fits) {
      switch (kind) {
        case TokenizerClass.BERT -> bert();
        case TokenizerClass.GPT2 -> gpt2();
        case TokenizerClass.QWEN2 -> qwen2();
        case TokenizerClass.ROBERTA -> roberta();
        case TokenizerClass.LLAMA -> llama();
        case TokenizerClass.GEMMA -> gemma();
        default -> xlm();
      }
    }
    return fits;
  }

  private void bert() {
    ObjectNode words = (ObjectNode) file.get("model");
    words.put("unk_token", token("unk_token", "[UNK]")).put("continuing_subword_prefix", "##");
    words.put("max_input_chars_per_word", 100);
    ObjectNode normalizer = file.putObject(NORMALIZER).put(TYPE, "BertNormalizer");
    normalizer.put("clean_text", true);
    normalizer.put("handle_chinese_chars", flag("tokenize_chinese_chars", true));
    if (settings.hasNonNull("strip_accents")) {
      normalizer.put("strip_accents", flag("strip_accents", false));
    } else {
      normalizer.putNull("strip_accents");
    }
    normalizer.put("lowercase", flag("do_lower_case", true));
    file.putObject(PRE).put(TYPE, "BertPreTokenizer");
    file.putObject(DECODER).put(TYPE, "WordPiece").put("prefix", "##").put("cleanup", true);
    String end = token("sep_token", "[SEP]");
    around(token("cls_token", "[CLS]"), end, 1);
  }

  private void gpt2() {
    bpe(null, false);
    file.putNull(NORMALIZER);
    file.set(PRE, bytes(flag(PREFIX, false), true));
    file.set(DECODER, bytes(true, true));
  }

  private void roberta() {
    gpt2();
    around(token("cls_token", "<s>"), token("sep_token", "</s>"), 0);
  }

  private void qwen2() {
    bpe(null, false);
    file.putObject(NORMALIZER).put(TYPE, "NFC");
    ArrayNode steps = file.putObject(PRE).put(TYPE, "Sequence").putArray("pretokenizers");
    ObjectNode split = steps.addObject().put(TYPE, "Split");
    split.putObject(PATTERN).put("Regex", QWEN);
    split.put("behavior", "Isolated").put("invert", false);
    steps.add(bytes(flag(PREFIX, false), false));
    file.set(DECODER, bytes(true, true));
  }

  private void llama() {
    bpe(null, true);
    file.putNull(NORMALIZER);
    boolean space = flag(PREFIX, true);
    String scheme = flag("legacy", false) ? "always" : "first";
    file.set(PRE, metaspace(space ? scheme : "never", false));
    ArrayNode steps = decoder();
    if (space) {
      steps.addObject().put(TYPE, "Strip").put("content", " ").put("start", 1).put("stop", 0);
    }
  }

  private void gemma() {
    bpe(token("unk_token", "<unk>"), true);
    ObjectNode spaces = file.putObject(NORMALIZER).put(TYPE, "Replace").put("content", SPACE);
    spaces.putObject(PATTERN).put("String", " ");
    ObjectNode split = file.putObject(PRE).put(TYPE, "Split").put("invert", false);
    split.put("behavior", "MergedWithPrevious").putObject(PATTERN).put("String", " ");
    decoder();
  }

  private void xlm() {
    ((ObjectNode) file.get("model")).put("unk_id", 3).put("byte_fallback", false);
    JsonNode precompiled = precompiled(file.path(NORMALIZER));
    file.set(NORMALIZER, precompiled == null ? file.nullNode() : precompiled);
    String scheme = flag(PREFIX, true) ? "always" : "never";
    ArrayNode steps = file.putObject(PRE).put(TYPE, "Sequence").putArray("pretokenizers");
    steps.addObject().put(TYPE, "WhitespaceSplit");
    steps.add(metaspace(scheme, true));
    file.set(DECODER, metaspace(scheme, true));
    around(token("bos_token", "<s>"), token("eos_token", "</s>"), 0);
  }

  /** The first SentencePiece table in a normalizer. */
  private static JsonNode precompiled(JsonNode normalizer) {
    if (normalizer.path(TYPE).asText().equals("Sequence")) {
      for (JsonNode step : normalizer.path("normalizers")) {
        if (step.path(TYPE).asText().equals("Precompiled")) {
          return step.deepCopy();
        }
      }
      return null;
    }
    return normalizer.path(TYPE).asText().equals("Precompiled") ? normalizer.deepCopy() : null;
  }

  private void bpe(String unknown, boolean sentencePiece) {
    ObjectNode bpe = (ObjectNode) file.get("model");
    bpe.put("unk_token", unknown).put("fuse_unk", sentencePiece);
    bpe.put("byte_fallback", sentencePiece).put("ignore_merges", false);
  }

  /**
   * Whether the file is a SentencePiece tokenizer, and not a byte-level one with the same class
   * name.
   */
  private boolean hasSpaces() {
    return file.path("model").path("vocab").has(SPACE)
        && !file.path(PRE).toString().contains("ByteLevel");
  }

  private ObjectNode bytes(boolean space, boolean regex) {
    ObjectNode bytes = file.objectNode().put(TYPE, "ByteLevel").put(PREFIX, space);
    return bytes.put("trim_offsets", true).put("use_regex", regex);
  }

  private ObjectNode metaspace(String scheme, boolean split) {
    ObjectNode spaces = file.objectNode().put(TYPE, "Metaspace").put("replacement", SPACE);
    return spaces.put("prepend_scheme", scheme).put("split", split);
  }

  private ArrayNode decoder() {
    ArrayNode steps = file.putObject(DECODER).put(TYPE, "Sequence").putArray("decoders");
    ObjectNode spaces = steps.addObject().put(TYPE, "Replace").put("content", " ");
    spaces.putObject(PATTERN).put("String", SPACE);
    steps.addObject().put(TYPE, "ByteFallback");
    steps.addObject().put(TYPE, "Fuse");
    return steps;
  }

  /** Puts a text, and a pair of texts, between two tokens. */
  private void around(String begin, String end, int second) {
    ObjectNode template = file.putObject("post_processor").put(TYPE, "TemplateProcessing");
    template.putObject("special_tokens");
    ArrayNode single = template.putArray("single");
    special(single, template, begin, 0);
    sequence(single, "A", 0);
    special(single, template, end, 0);
    ArrayNode pair = template.putArray("pair").addAll(single.deepCopy());
    if (second == 0) {
      special(pair, template, end, 0);
    }
    sequence(pair, "B", second);
    special(pair, template, end, second);
  }

  private static void sequence(ArrayNode pieces, String id, int type) {
    pieces.addObject().putObject("Sequence").put("id", id).put("type_id", type);
  }

  private void special(ArrayNode pieces, ObjectNode template, String token, int type) {
    pieces.addObject().putObject("SpecialToken").put("id", token).put("type_id", type);
    ObjectNode known = ((ObjectNode) template.get("special_tokens")).putObject(token);
    known.put("id", token).putArray("tokens").add(token);
    known.putArray("ids").add(id(token));
  }

  private int id(String token) {
    for (JsonNode added : file.path("added_tokens")) {
      if (added.path("content").asText().equals(token)) {
        return added.path("id").asInt(-1);
      }
    }
    JsonNode vocabulary = file.path("model").path("vocab");
    for (int i = 0; vocabulary.isArray() && i < vocabulary.size(); i++) {
      if (vocabulary.path(i).path(0).asText().equals(token)) {
        return i;
      }
    }
    return vocabulary.path(token).asInt(-1);
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
