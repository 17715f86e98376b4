package org.tributary.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;

/** Tokens that transformers reads from files next to tokenizer.json are present or reported. */
class AddedTokensTest {
  private static final String END =
      "{\"content\": \"<|im_end|>\", \"lstrip\": false, \"rstrip\": false, \"special\": true}";

  @TempDir java.nio.file.Path dir;

  private Tokenizer open(Map<String, String> files) throws IOException {
    java.nio.file.Path folder = Files.createTempDirectory(dir, "model");
    Files.copy(GoldenCases.of("qwen2/tokenizer.json"), folder.resolve("tokenizer.json"));
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(folder.resolve(file.getKey() + ".json"), file.getValue());
    }
    return Tokenizer.open(
        Store.of(new Configuration()), new Path(folder.resolve("tokenizer.json").toUri()));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "tokenizer_config; {\"added_tokens_decoder\": {\"390\": {\"content\": \"<|x|>\"}}}",
        "tokenizer_config; {\"extra_special_tokens\": [\"<|x|>\"]}",
        "tokenizer_config; {\"extra_special_tokens\": {\"image_token\": \"<|x|>\"}}",
        "tokenizer_config; {\"additional_special_tokens\": [\"<|im_end|>\", {\"content\": \"<|x|>\"}]}",
        "tokenizer_config; {\"eos_token\": \"<|x|>\"}",
        "special_tokens_map; {\"additional_special_tokens\": [\"<|x|>\"]}",
        "added_tokens; {\"<|im_end|>\": 389, \"<|x|>\": 390}",
      })
  void aTokenThatTheTokenizerLacksIsNamed(String file, String content) {
    assertThatThrownBy(() -> open(Map.of(file, content)))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("tokenizer.json")
        .hasMessageContaining("\"<|x|>\" of %s.json".formatted(file))
        .hasMessageContaining("save_pretrained")
        .hasMessageNotContaining("im_end");
  }

  /** The tokenizers library splits only what is in the vocabulary; transformers does not. */
  @Test
  void aWordOfTheVocabularyIsNoAddedToken() throws IOException {
    String word = "Ġthe";
    try (Tokenizer tokens = open(Map.of())) {
      assertThat(tokens.encode("a the", false).tokens()).containsExactly("a", word);
      assertThat(tokens.encode(word, false).tokens()).containsExactly("Ä", "ł", "t", "he");
    }
    assertThatThrownBy(
            () ->
                open(
                    Map.of(
                        "tokenizer_config",
                        "{\"extra_special_tokens\": [\"%s\"]}".formatted(word))))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("\"%s\" of tokenizer_config.json".formatted(word));
  }

  @Test
  void whatTheTokenizerHasIsTaken() throws IOException {
    String config =
        ("{\"added_tokens_decoder\": {\"389\": %s}, \"add_bos_token\": false, \"bos_token\": null,"
                + " \"eos_token\": %s, \"pad_token\": \"<|endoftext|>\", \"unk_token\": \"\","
                + " \"additional_special_tokens\": [\"<|im_start|>\", \"<|im_end|>\"],"
                + " \"model_max_length\": 512, \"tokenizer_class\": \"Qwen2Tokenizer\"}")
            .formatted(END, END);
    open(Map.of("tokenizer_config", config)).close();
    open(Map.of("tokenizer_config", "{}", "added_tokens", "{\"<|im_end|>\": 389}")).close();
    open(Map.of("special_tokens_map", "{\"eos_token\": \"<|im_end|>\"}")).close();
  }

  @Test
  void whatTransformersDoesNotReadIsNotAskedFor() throws IOException {
    // An explicit list replaces the files of earlier releases.
    String config = "{\"added_tokens_decoder\": {}, \"pad_token\": \"[PAD]\"}";
    String other = "{\"<|x|>\": 390}";
    open(Map.of(
            "tokenizer_config", config,
            "added_tokens", other,
            "special_tokens_map", "{\"eos_token\": \"<|x|>\"}"))
        .close();
  }
}
