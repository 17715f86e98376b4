package org.tributary.text.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.Set;
import org.tributary.error.WrongInput;

/**
 * Finds the tokenizer class that {@code AutoTokenizer} of transformers 5 uses for a folder. Each
 * {@code model_type} has a default class. A class in tokenizer_config.json or config.json overrides
 * it, with exceptions: {@code qwen2} always uses its default class, and {@code mistral} and {@code
 * phi3} use their tokenizer.json unchanged.
 */
final class TokenizerClass {
  static final String AS_IS = "TokenizersBackend";
  static final String BERT = "BertTokenizer";
  static final String GEMMA = "GemmaTokenizer";
  static final String GPT2 = "GPT2Tokenizer";
  static final String LLAMA = "LlamaTokenizer";
  static final String QWEN2 = "Qwen2Tokenizer";
  static final String ROBERTA = "RobertaTokenizer";
  static final String XLM = "XLMRobertaTokenizer";

  private static final Map<String, String> OF_MODEL =
      Map.ofEntries(
          Map.entry("bert", BERT),
          Map.entry("distilbert", BERT),
          Map.entry("gemma", GEMMA),
          Map.entry("gemma2", GEMMA),
          Map.entry("gemma3", GEMMA),
          Map.entry("gemma3_text", GEMMA),
          Map.entry("gpt2", GPT2),
          Map.entry("mistral", AS_IS),
          Map.entry("phi3", AS_IS),
          Map.entry("qwen2", QWEN2),
          Map.entry("qwen3", QWEN2),
          Map.entry("roberta", ROBERTA),
          Map.entry("xlm-roberta", XLM));

  /** The model types whose default class is used whatever the files name. */
  private static final Set<String> ALWAYS = Set.of("mistral", "phi3", "qwen2");

  /** The default special tokens of a class, if no key names others. */
  private static final Map<String, Set<String>> DEFAULTS =
      Map.of(
          BERT,
          Set.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"),
          GEMMA,
          Set.of("<pad>", "<unk>", "<bos>", "<eos>", "<mask>"),
          GPT2,
          Set.of("<|endoftext|>"),
          LLAMA,
          Set.of("<unk>", "<s>", "</s>"),
          QWEN2,
          Set.of("<|endoftext|>"),
          ROBERTA,
          Set.of("<s>", "</s>", "<unk>", "<pad>", "<mask>"),
          XLM,
          Set.of("<s>", "</s>", "<unk>", "<pad>", "<mask>"));

  /** Classes of transformers 5.18 that build a tokenizer with their own rules. */
  private static final Set<String> OTHERS =
      Set.of(
          "AlbertTokenizer",
          "BartTokenizer",
          "BarthezTokenizer",
          "BigBirdTokenizer",
          "BlenderbotTokenizer",
          "CLIPTokenizer",
          "CamembertTokenizer",
          "CodeGenTokenizer",
          "CodeLlamaTokenizer",
          "CohereTokenizer",
          "CpmTokenizer",
          "DebertaTokenizer",
          "DebertaV2Tokenizer",
          "EsmcTokenizer",
          "FunnelTokenizer",
          "GPTNeoXTokenizer",
          "HerbertTokenizer",
          "LayoutLMv2Tokenizer",
          "LayoutLMv3Tokenizer",
          "LayoutXLMTokenizer",
          "LukeTokenizer",
          "MBart50Tokenizer",
          "MBartTokenizer",
          "MLukeTokenizer",
          "MPNetTokenizer",
          "MarkupLMTokenizer",
          "MobileBertTokenizer",
          "NllbTokenizer",
          "NougatTokenizer",
          "OpenAIGPTTokenizer",
          "PegasusTokenizer",
          "Qwen3_5Tokenizer",
          "ReformerTokenizer",
          "RemBertTokenizer",
          "RoFormerTokenizer",
          "SeamlessM4TTokenizer",
          "Siglip2Tokenizer",
          "SplinterTokenizer",
          "SqueezeBertTokenizer",
          "T5Tokenizer",
          "UdopTokenizer",
          "WhisperTokenizer",
          "XGLMTokenizer",
          "XLNetTokenizer");

  private TokenizerClass() {}

  /**
   * Finds the class.
   *
   * @param settings content of tokenizer_config.json, with {@code tokenizer_class} of config.json
   *     if it has none
   * @param model {@code model_type} of config.json; empty if it is not known
   * @return the class without {@code Fast}; {@link #AS_IS} for classes that use a tokenizer.json
   *     unchanged
   * @throws WrongInput for a class whose rules Tributary does not support
   */
  static String of(JsonNode settings, String model) {
    String own = OF_MODEL.getOrDefault(model, AS_IS);
    String named = settings.path("tokenizer_class").asText(own);
    named = named.endsWith("Fast") ? named.substring(0, named.length() - 4) : named;
    named = named.equals("DistilBertTokenizer") ? BERT : named; // the same rules
    String taken = ALWAYS.contains(model) ? own : named;
    if (OTHERS.contains(taken)) {
      throw new WrongInput(
          ("tokenizer_config.json: tokenizer_class is %s, which transformers builds by rules that Tributary"
                  + " does not have; load the tokenizer in transformers, save what it built with"
                  + " tokenizer.backend_tokenizer.save(\"tokenizer.json\"), and set tokenizer_class to"
                  + " PreTrainedTokenizerFast")
              .formatted(taken));
    }
    return DEFAULTS.containsKey(taken) ? taken : AS_IS;
  }

  /** The default special tokens of a class. */
  static Set<String> defaults(String name) {
    return DEFAULTS.getOrDefault(name, Set.of());
  }
}
