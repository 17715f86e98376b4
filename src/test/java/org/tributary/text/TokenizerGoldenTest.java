package org.tributary.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Every tokenizer of the golden folder gives the same result as Hugging Face's. */
class TokenizerGoldenTest {
  private static final Path GOLDEN = Path.of(System.getProperty("golden"));

  @Test
  void thereAreCases() throws IOException {
    assertThat(cases()).isNotEmpty();
  }

  @TestFactory
  Stream<DynamicTest> casesOfTheFolder() throws IOException {
    return cases().stream()
        .map(
            folder ->
                DynamicTest.dynamicTest(folder.getFileName().toString(), () -> check(folder)));
  }

  @Test
  void miniLmWithoutItsPaddingAndTruncation() throws IOException {
    Path golden = GOLDEN.resolve("minilm_jar/golden.json");
    try (Tokenizer tokens = miniLm(Integer.MAX_VALUE)) {
      assertThat(tokens.size()).isEqualTo(30522);
      assertThat(tokens.padId()).isZero();
      for (JsonNode text : JSON.readTree(golden.toFile()).get("texts")) {
        assertThat(tokens.ids(text.get("text").asText())).isEqualTo(longs(text.get("ids")));
      }
      assertThat(tokens.ids("word ".repeat(1000))).hasSize(1002);
    }
  }

  @Test
  void truncationKeepsTheSpecialTokens() throws IOException {
    try (Tokenizer tokens = miniLm(8)) {
      long[] ids = tokens.ids("one two three four five six seven eight nine ten");
      assertThat(ids).hasSize(8).startsWith(101).endsWith(102);
      assertThat(tokens.ids("one")).hasSize(3);
      assertThat(tokens.ids("")).containsExactly(101, 102);
    }
  }

  private static Tokenizer miniLm(int maxLength) throws IOException {
    try (InputStream in = Tokenizer.class.getResourceAsStream("/all-minilm-l6-v2-tokenizer.json")) {
      return Tokenizer.of(in.readAllBytes(), "all-minilm-l6-v2-tokenizer.json", maxLength);
    }
  }

  private static List<Path> cases() throws IOException {
    try (Stream<Path> folders = Files.list(GOLDEN)) {
      return folders
          .filter(folder -> Files.exists(folder.resolve("tokenizer_golden.json")))
          .sorted()
          .toList();
    }
  }

  private static void check(Path folder) throws IOException {
    JsonNode golden = JSON.readTree(folder.resolve("tokenizer_golden.json").toFile());
    byte[] json = Files.readAllBytes(folder.resolve("tokenizer.json"));
    try (Tokenizer tokens = Tokenizer.of(json, folder.toString(), Integer.MAX_VALUE)) {
      assertThat(tokens.size()).isEqualTo(golden.get("vocab_size").asInt());
      for (JsonNode c : golden.get("encode")) {
        checkEncode(tokens, c);
      }
      for (JsonNode c : golden.get("encode_pair")) {
        var pair = tokens.encodePair(c.get("a").asText(), c.get("b").asText());
        assertThat(pair.ids()).as(c.toString()).isEqualTo(longs(c.get("ids")));
        assertThat(pair.typeIds()).as(c.toString()).isEqualTo(longs(c.get("type_ids")));
      }
    }
  }

  private static void checkEncode(Tokenizer tokens, JsonNode c) {
    String text = c.get("text").asText();
    var encoded = tokens.encode(text, true);
    List<String> words = new ArrayList<>();
    c.get("tokens").forEach(t -> words.add(t.asText()));
    assertThat(encoded.ids()).as(text).isEqualTo(longs(c.get("ids")));
    assertThat(tokens.ids(text)).as(text).isEqualTo(encoded.ids());
    assertThat(encoded.tokens()).as(text).containsExactlyElementsOf(words);
    assertThat(tokens.encode(text, false).ids())
        .as(text)
        .isEqualTo(longs(c.get("ids_without_special")));
    assertThat(tokens.decode(encoded.ids(), true))
        .isEqualTo(c.get("decoded_skip_special").asText());
    assertThat(tokens.decode(encoded.ids(), false))
        .isEqualTo(c.get("decoded_with_special").asText());
  }

  private static long[] longs(JsonNode array) {
    long[] values = new long[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asLong();
    }
    return values;
  }
}
