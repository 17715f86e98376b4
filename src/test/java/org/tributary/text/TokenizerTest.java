package org.tributary.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;

/** A setting that a tokenizer does not support is reported, never done in another way. */
class TokenizerTest {
  private static final StandardCopyOption REPLACE = StandardCopyOption.REPLACE_EXISTING;
  private static final int LONGEST_OF_SQUARE = 20_000;

  @TempDir java.nio.file.Path dir;

  private Tokenizer open(String settings, int maxLength) throws IOException {
    java.nio.file.Path file = dir.resolve("tokenizer.json");
    Files.copy(GoldenCases.of("bert/tokenizer.json"), file, REPLACE);
    Files.writeString(dir.resolve("tokenizer_config.json"), settings);
    return Tokenizer.open(Store.of(new Configuration(false)), new Path(file.toUri()), maxLength);
  }

  @Test
  void specialTokensOfTextsAreNotSplit() throws IOException {
    assertThatThrownBy(() -> open("{\"split_special_tokens\": true}", 8))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("tokenizer_config.json: split_special_tokens is true")
        .hasMessageContaining("set it to false");
    try (Tokenizer tokens = open("{\"split_special_tokens\": false}", 8)) {
      assertThat(tokens.ids("a")).hasSize(3);
    }
  }

  @Test
  void textsAreCutAtTheirEndAlone() throws IOException {
    String left = "{\"truncation_side\": \"left\"}";
    assertThatThrownBy(() -> open(left, 8))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("tokenizer_config.json: truncation_side is left")
        .hasMessageContaining("set it to right");
    try (Tokenizer whole = open(left, Integer.MAX_VALUE);
        Tokenizer right = open("{\"truncation_side\": \"right\"}", 8)) {
      assertThat(whole.ids("a ".repeat(20))).hasSize(22);
      assertThat(right.ids("a ".repeat(20))).hasSize(8);
    }
  }

  @Test
  void rulesOfOtherClassesAndLostTokensAreRefusedByTheirKeys() throws IOException {
    assertThatThrownBy(() -> open("{\"tokenizer_class\": \"BartTokenizerFast\"}", 8))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("tokenizer_config.json: tokenizer_class is BartTokenizer")
        .hasMessageContaining("set tokenizer_class to PreTrainedTokenizerFast");
    Files.copy(GoldenCases.of("qwen2/tokenizer.json"), dir.resolve("tokenizer.json"), REPLACE);
    Files.writeString(dir.resolve("config.json"), "{\"model_type\": \"qwen2\"}");
    String token = "{\"content\": \"<|im_start|>\", \"special\": true}";
    Files.writeString(
        dir.resolve("tokenizer_config.json"),
        "{\"added_tokens_decoder\": {\"388\": %s}}".formatted(token));
    Path file = new Path(dir.resolve("tokenizer.json").toUri());
    assertThatThrownBy(() -> Tokenizer.open(Store.of(new Configuration(false)), file))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("added_tokens_decoder lacks \"<|im_end|>\"");
  }

  @Test
  void theSideOfTokenizerJsonCountsWhereNoKeyNamesOne() throws IOException {
    ObjectNode json = (ObjectNode) JSON.readTree(GoldenCases.of("bert/tokenizer.json").toFile());
    json.putObject("truncation").put("direction", "Left").put("max_length", 5);
    JSON.writeValue(dir.resolve("tokenizer.json").toFile(), json);
    Path file = new Path(dir.resolve("tokenizer.json").toUri());
    Store store = Store.of(new Configuration(false));
    assertThatThrownBy(() -> Tokenizer.open(store, file, 8))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("truncation.direction");
    Files.writeString(dir.resolve("tokenizer_config.json"), "{\"truncation_side\": \"right\"}");
    try (Tokenizer right = Tokenizer.open(store, file, 8)) {
      assertThat(right.ids("a ".repeat(20))).hasSize(8);
    }
  }

  /** The longest accepted text costs its square here; one with one character more is refused. */
  @Test
  void aTextLongerThanTheLimitIsRefusedAndOneOfTheLimitEndsInTime() throws IOException {
    String longest = "a".repeat(LONGEST_OF_SQUARE);
    try (Tokenizer tokens = replacing("[ab]+c")) {
      assertEndsInTime(tokens, longest);
      assertThatThrownBy(() -> tokens.ids(longest + "a"))
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining("a text of 20,001 characters")
          .hasMessageContaining("longer than the 20,000 that m/tokenizer.json takes");
    }
  }

  /** Each run costs the square of its length; other text costs its length. */
  @Test
  void onlyLongRunsAreRefusedWhereOnlyTheyAreSlow() throws IOException {
    try (Tokenizer tokens = replacing("a+$")) {
      assertEndsInTime(tokens, "a".repeat(LONGEST_OF_SQUARE - 1) + "x");
      assertEndsInTime(tokens, "c".repeat(500_000) + "a".repeat(LONGEST_OF_SQUARE) + "x");
      assertEndsInTime(tokens, ("a".repeat(399) + "c").repeat(2500));
      for (String text :
          List.of(
              "a".repeat(LONGEST_OF_SQUARE + 1),
              "a".repeat(LONGEST_OF_SQUARE) + "ca",
              ("a".repeat(999) + "c").repeat(999))) {
        assertThatThrownBy(() -> tokens.ids(text))
            .isInstanceOf(WrongInput.class)
            .hasMessageContaining("a text of %,d characters".formatted(text.length()))
            .hasMessageContaining("has longer runs of 'a' than m/tokenizer.json takes");
      }
      assertThatThrownBy(() -> tokens.ids("c".repeat(1_000_001)))
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining("longer than the 1,000,000 that m/tokenizer.json takes");
    }
  }

  private static void assertEndsInTime(Tokenizer tokens, String text) {
    assertTimeoutPreemptively(
        Duration.ofSeconds(10), () -> assertThat(tokens.ids(text)).isNotEmpty());
  }

  /** A tokenizer that searches the expression in a whole text. */
  private static Tokenizer replacing(String expression) throws IOException {
    ObjectNode file = (ObjectNode) JSON.readTree(GoldenCases.of("bert/tokenizer.json").toFile());
    ObjectNode step = file.putObject("normalizer").put("type", "Replace").put("content", "d");
    step.putObject("pattern").put("Regex", expression);
    return Tokenizer.of(JSON.writeValueAsBytes(file), "m/tokenizer.json", 8);
  }
}
