package org.tributary.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.batch.Example;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;

/**
 * Pairs of texts have the ids of transformers, also where the first, the second or both are cut.
 */
class PairsGoldenTest {
  private static final Path GOLDEN = Path.of(System.getProperty("golden"));

  private static Tokenizer open(Path folder, int maxLength) throws IOException {
    return Tokenizer.open(
        Store.of(new Configuration(false)),
        new org.apache.hadoop.fs.Path(folder.resolve("tokenizer.json").toUri()),
        maxLength);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "roberta", "xlm_roberta", "distilbert"})
  void idsAreThoseOfTransformers(String model) throws IOException {
    Path file = GOLDEN.resolve("pairs.json");
    assumeTrue(Files.exists(file), () -> "no such cases in " + GOLDEN);
    int cut = 0;
    for (JsonNode one : JSON.readTree(file.toFile()).get("cases")) {
      if (!one.get("model").asText().equals(model)) {
        continue;
      }
      try (Tokenizer tokens = open(GOLDEN.resolve(model), one.get("max_length").asInt())) {
        Example found = tokens.example(one.get("first").asText(), one.get("second").asText(), 1);
        assertThat(found.ids()).as("%s", one).isEqualTo(longs(one.get("ids")));
        assertThat(found.truncated()).as("%s", one).isEqualTo(one.get("cut").asBoolean());
        if (one.get("types").isArray()) {
          assertThat(found.typeIds()).as("%s", one).isEqualTo(longs(one.get("types")));
        }
        cut += found.truncated() ? 1 : 0;
      }
    }
    assertThat(cut).isGreaterThan(10);
  }

  @Test
  void asManyTokensRemainAsInTheTokenizersLibrary() throws IOException {
    Path file = GOLDEN.resolve("pairs.json");
    assumeTrue(Files.exists(file), () -> "no such cases in " + GOLDEN);
    JsonNode cases = JSON.readTree(file.toFile()).get("kept");
    assertThat(cases).hasSizeGreaterThan(100);
    for (JsonNode one : cases) {
      int most = one.get("most").asInt();
      String[] kept = one.get("kept").asText().split(" ");
      for (int second = 0; second < kept.length; second++) {
        LongestFirst found =
            LongestFirst.of(
                Math.min(one.get("first").asInt(), most),
                Math.min(second, most),
                most - one.get("special").asInt());
        assertThat(found.first() + "+" + found.second())
            .as("%s, second %d", one, second)
            .isEqualTo(kept[second]);
      }
    }
  }

  @Test
  void aLengthWithoutRoomForAPairIsRefused() throws IOException {
    try (Tokenizer tokens = open(GoldenCases.of("bert"), 3)) {
      assertThat(tokens.ids("a")).hasSize(3);
      assertThatThrownBy(() -> tokens.example("a", "b", 0))
          .isInstanceOf(WrongInput.class)
          .hasMessageContaining("puts 3 special tokens around each pair of texts")
          .hasMessageContaining("model.maxLength must be more than 3");
    }
  }

  /** Models without token types get type 0 for both texts. */
  @Test
  void typesAreLeftOutForModelsWithoutThem() throws IOException {
    ClassificationSet rows = new ClassificationSet(List.of("a"), List.of("b"), new int[] {0});
    try (Tokenizer tokens = open(GoldenCases.of("bert"), 16)) {
      int[] all = {0};
      assertThat(new TextExamples(rows, tokens, 0).batch(all).typeIds()).contains(0, 1);
      assertThat(new TextExamples(rows, tokens, 0, false).batch(all).typeIds()).containsOnly(0);
      assertThat(rows.characters(0)).isEqualTo(2);
    }
  }

  private static long[] longs(JsonNode array) {
    long[] values = new long[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asLong();
    }
    return values;
  }
}
