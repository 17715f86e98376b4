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
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;

/** Begin, end and padding tokens come from the model's own files, in the documented order. */
class SpecialTokensTest {
  private static final java.nio.file.Path GOLDEN = GoldenCases.of("");
  private static final Prompt PLAIN = Prompt.of("plain");

  @TempDir java.nio.file.Path dir;
  private final Store store = Store.of(new Configuration(false));

  private SpecialTokens of(String model, Prompt prompt, Map<String, String> files)
      throws IOException {
    java.nio.file.Path folder = Files.createTempDirectory(dir, "model");
    Files.copy(GOLDEN.resolve(model).resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(folder.resolve(file.getKey() + ".json"), file.getValue());
    }
    return SpecialTokens.read(store, new Path(folder.toUri()), 420, prompt);
  }

  private static Prompt chat(String template) throws IOException {
    return Prompt.of(
        new Prompt.Keys("chat", null, null, Prompt.ChatKeys.NONE),
        () -> ChatTemplate.of("it", template, Map.of()));
  }

  @Test
  void endsAreThoseOfTheGenerationsConfigurationFirst() throws IOException {
    String config = "{\"eos_token_id\": 396, \"bos_token_id\": 395}";
    SpecialTokens both =
        of(
            "llama_tied",
            PLAIN,
            Map.of("config", config, "generation_config", "{\"eos_token_id\": [396, 399]}"));
    assertThat(both.ends()).containsExactly(396L, 399L);
    assertThat(both.end()).isEqualTo(396);
    assertThat(both.begin()).isEqualTo(395);
    assertThat(both.pad()).isEqualTo(396);
    assertThat(of("llama_tied", PLAIN, Map.of("config", config)).ends()).containsExactly(396L);
    String several = "{\"eos_token_id\": [396, 399], \"pad_token_id\": 3}";
    SpecialTokens listed = of("llama_tied", PLAIN, Map.of("config", several));
    assertThat(listed.ends()).containsExactly(396L, 399L);
    assertThat(listed.pad()).isEqualTo(3);
    assertThat(listed.begin()).isEqualTo(-1);
  }

  @Test
  void theTokenizersOwnEndIsWhatAnswersAreTrainedWith() throws IOException {
    SpecialTokens tokens =
        of(
            "llama_tied",
            PLAIN,
            Map.of(
                "config",
                "{\"eos_token_id\": [396, 399]}",
                "tokenizer_config",
                "{\"eos_token\": {\"content\": \"<|eot_id|>\"}, \"bos_token\": \"<|begin_of_text|>\","
                    + " \"pad_token\": \"<|end_header_id|>\"}"));
    assertThat(tokens.end()).isEqualTo(399);
    assertThat(tokens.begin()).isEqualTo(395);
    assertThat(tokens.pad()).isEqualTo(398);
    String only = "{\"eos_token\": \"<|end_of_text|>\"}";
    SpecialTokens last = of("llama_tied", PLAIN, Map.of("config", "{}", "tokenizer_config", only));
    assertThat(last.ends()).containsExactly(396L);
  }

  @Test
  void aChatEndsWithWhatClosesItsTurns() throws IOException {
    Prompt chat =
        chat("{% for m in messages %}{{ m.role }} {{ m.content }} <|im_end|>\n{% endfor %}");
    SpecialTokens tokens = of("qwen2", chat, Map.of("config", "{\"eos_token_id\": 387}"));
    assertThat(tokens.ends()).containsExactly(387L, 389L);
    assertThat(tokens.end()).isEqualTo(389);
    assertThat(tokens.written()).isTrue();
    Prompt open = chat("{% for m in messages %}{{ m.content }}\n{% endfor %}");
    assertThat(of("qwen2", open, Map.of("config", "{\"eos_token_id\": 387}")).end()).isEqualTo(387);
  }

  @Test
  void theBeginTokenIsNeverThereTwice() throws IOException {
    java.nio.file.Path file = GOLDEN.resolve("llama_gqa/tokenizer.json");
    Map<String, String> config = Map.of("config", "{\"eos_token_id\": 2, \"bos_token_id\": 1}");
    SpecialTokens plain = of("llama_gqa", PLAIN, config);
    SpecialTokens written = of("llama_gqa", chat("<s>{{ messages[0].content }}"), config);
    try (Tokenizer tokens = Tokenizer.open(store, new Path(file.toUri()))) {
      long[] once = tokens.ids("why");
      assertThat(once[0]).isEqualTo(1);
      assertThat(plain.prompt(tokens, "why")).isEqualTo(once);
      assertThat(plain.prompt(tokens, "<s>why"))
          .isEqualTo(tokens.encode("<s>why", false).ids())
          .startsWith(1)
          .doesNotHaveDuplicates();
      assertThat(written.prompt(tokens, "<s>why")).isEqualTo(tokens.encode("<s>why", false).ids());
      assertThat(written.prompt(tokens, "why")).isEqualTo(tokens.encode("why", false).ids());
      assertThat(plain.prompt(tokens, "")).containsExactly(1);
      assertThat(written.prompt(tokens, "")).isEmpty();
    }
  }

  @Test
  void whatIsMissingOrOutsideOfTheVocabularyIsNamed() {
    assertThatThrownBy(() -> of("llama_gqa", PLAIN, Map.of("config", "{\"eos_token_id\": null}")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("no end token")
        .hasMessageContaining("tokenizer_config.json");
    assertThatThrownBy(() -> of("llama_gqa", PLAIN, Map.of("config", "{\"eos_token_id\": 420}")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("420 as eos_token_id");
    assertThatThrownBy(
            () ->
                of(
                    "llama_gqa",
                    PLAIN,
                    Map.of("config", "{\"eos_token_id\": 2}", "generation_config", "{")))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("generation_config.json is not readable JSON");
  }
}
