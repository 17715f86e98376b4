package org.tributary.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;

/** Folders without a tokenizer.json give the ids of transformers. */
class VocabularyFilesGoldenTest {
  private static final Path CASES = Path.of(System.getProperty("golden"), "vocabularies");

  @TempDir Path disk;

  private static Tokenizer open(Path folder) throws IOException {
    return Tokenizer.open(
        Store.of(new Configuration(false)),
        new org.apache.hadoop.fs.Path(folder.resolve("tokenizer.json").toUri()));
  }

  @TestFactory
  Stream<DynamicTest> idsAreThoseOfTransformers() throws IOException {
    Path file = CASES.resolve("golden.json");
    assumeTrue(Files.exists(file), () -> "no such cases in " + CASES);
    JsonNode golden = JSON.readTree(file.toFile()).get("cases");
    assertThat(golden).isNotEmpty();
    return StreamSupport.stream(golden.spliterator(), false)
        .map(c -> DynamicTest.dynamicTest(c.get("folder").asText(), () -> check(c)));
  }

  private static void check(JsonNode one) throws IOException {
    try (Tokenizer tokens = open(CASES.resolve(one.get("folder").asText()))) {
      assertThat(tokens.size()).isEqualTo(one.get("size").asInt());
      for (JsonNode text : one.get("texts")) {
        assertThat(tokens.ids(text.get("text").asText()))
            .as("%s", text)
            .isEqualTo(longs(text.get("ids")));
      }
      JsonNode pair = one.get("pair");
      assertThat(tokens.encodePair(pair.get("first").asText(), pair.get("second").asText()).ids())
          .isEqualTo(longs(pair.get("ids")));
    }
  }

  private static long[] longs(JsonNode array) {
    long[] values = new long[array.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = array.get(i).asLong();
    }
    return values;
  }

  private Path folder(String config, String... files) throws IOException {
    Path folder = Files.createTempDirectory(disk, "model");
    Files.writeString(folder.resolve("config.json"), config);
    for (int i = 0; i < files.length; i += 2) {
      Files.writeString(folder.resolve(files[i]), files[i + 1]);
    }
    return folder;
  }

  private static void refused(Path folder, String... parts) {
    var thrown = assertThatThrownBy(() -> open(folder)).isInstanceOf(WrongInput.class);
    for (String part : parts) {
      thrown.hasMessageContaining(part);
    }
  }

  @Test
  void filesThatDoNotSayWhatTheyAreAreRefused() throws IOException {
    refused(folder("{}"), "tokenizer.json does not exist", "vocab.txt", "merges.txt");
    refused(
        folder("{\"model_type\": \"bert\"}", "vocab.json", "{}"), "tokenizer.json does not exist");
    refused(
        folder("{\"model_type\": \"llama\"}", "vocab.txt", "a\n"),
        "vocab.txt: is the vocabulary of a WordPiece tokenizer",
        "model_type \"llama\"",
        "set tokenizer_class");
    String gpt2 = "{\"model_type\": \"gpt2\"}";
    refused(
        folder(gpt2, "vocab.json", "{\"a\": 0}", "merges.txt", "a b c\n"),
        "merges.txt: \"a b c\" is not two tokens");
    refused(
        folder(gpt2, "vocab.json", "[]", "merges.txt", ""),
        "vocab.json: is no JSON object of tokens and ids");
    refused(
        folder(
            gpt2,
            "vocab.json",
            "{\"a\": 0}",
            "merges.txt",
            "",
            "tokenizer_config.json",
            "{\"add_bos_token\": true}"),
        "add_bos_token",
        "need a tokenizer.json");
  }

  /** A token that only a file next to the vocabulary names would be split. */
  @Test
  void tokensOutsideTheVocabularyAreRefused() throws IOException {
    String words = "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\n";
    Path folder =
        folder(
            "{\"model_type\": \"bert\"}", "vocab.txt", words, "added_tokens.json", "{\"<x>\": 6}");
    refused(folder, "\"<x>\" of added_tokens.json");
    refused(
        folder(
            "{\"model_type\": \"bert\"}",
            "vocab.txt",
            words,
            "tokenizer_config.json",
            "{\"added_tokens_decoder\": {\"9\": {\"content\": \"[CLS]\"}}}"),
        "gives \"[CLS]\" the id 9, the vocabulary 2");
  }

  @Test
  void aTokenizerJsonComesFirst() throws IOException {
    Path folder = folder("{\"model_type\": \"bert\"}", "vocab.txt", "nothing\n");
    Files.copy(GoldenCases.of("bert/tokenizer.json"), folder.resolve("tokenizer.json"));
    try (Tokenizer tokens = open(folder)) {
      assertThat(tokens.size()).isGreaterThan(100);
    }
  }
}
