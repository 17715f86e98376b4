package org.tributary.text.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tributary.error.WrongInput;
import org.tributary.fixture.GoldenCases;

/**
 * Settings that would end the JVM in the tokenizers library, or take it too long, are refused by
 * the name of their key.
 */
class TokenizerFileTest {

  private static ObjectNode base(String model) throws IOException {
    return (ObjectNode) JSON.readTree(GoldenCases.of(model + "/tokenizer.json").toFile());
  }

  private static TokenizerFile read(JsonNode file) throws IOException {
    return TokenizerFile.read(JSON.writeValueAsBytes(file), "m/tokenizer.json");
  }

  /** Puts a value, written with ' for ", at a pointer. */
  private static ObjectNode with(String model, String pointer, String value) throws IOException {
    ObjectNode file = base(model);
    int cut = pointer.lastIndexOf('/');
    String key = pointer.substring(cut + 1);
    ObjectNode at = (ObjectNode) file.at(pointer.substring(0, cut));
    if (value.equals("-")) {
      at.remove(key);
    } else {
      at.set(key, JSON.readTree(value.replace('\'', '"')));
    }
    return file;
  }

  private static void refused(JsonNode file, String... fragments) {
    assertThatThrownBy(() -> read(file))
        .isInstanceOf(WrongInput.class)
        .hasMessageStartingWith("m/tokenizer.json: ")
        .hasMessageContainingAll(fragments);
  }

  @ParameterizedTest
  @ValueSource(strings = {"bert", "gpt2", "gemma", "llama_gqa", "llama_tied", "qwen2", "unigram"})
  void realKindsAreTakenWhole(String model) throws IOException {
    TokenizerFile file = read(base(model));
    assertThat(file.limit().longest()).isGreaterThan(500_000);
    assertThat(file.json().get("model")).isNotNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '`',
      value = {
        // The library removes the prefix from tokens that are shorter than the prefix.
        "gpt2; /model/continuing_subword_prefix; '##########'; continuing_subword_prefix",
        "gpt2; /model/dropout; 0.5; model.dropout",
        "gpt2; /model/merges; [['a']]; model.merges[0]",
        "gpt2; /model/merges; 'a b'; model.merges",
        "gpt2; /model/vocab; []; model.vocab",
        "gpt2; /model/vocab; {'a': 4294967295}; model.vocab has 4294967295",
        "gpt2; /model/type; 'Foo'; model.type \"Foo\"",
        "bert; /model/max_input_chars_per_word; 1000000; max_input_chars_per_word",
        "bert; /model/unk_token; -; model.unk_token",
        "unigram; /model/unk_id; 900; model.unk_id",
        "unigram; /model/vocab; [['a', 1, 2]]; model.vocab[0]",
        "unigram; /model/vocab; [['a', 1e300]]; model.vocab[0] has the score",
        // Post-processors that refer to missing parts.
        "bert; /post_processor/special_tokens/[SEP]; -; special_tokens lacks",
        "bert; /post_processor/single; [{'Sequence': {'id': 'B', 'type_id': 0}}]; single must have the text A once",
        "bert; /post_processor/single; [{'Sequence': {'id': 'A', 'type_id': 0}}, {'Sequence': {'id': 'A', 'type_id': 0}}]; single must",
        "bert; /post_processor/pair; [{'Sequence': {'id': 'A', 'type_id': 0}}]; pair must have the texts A and B each once",
        "bert; /post_processor/special_tokens/[SEP]/ids; [3, 3]; has 2 ids and 1 tokens",
        "bert; /post_processor/special_tokens/[SEP]/ids; [7]; the id 7, the vocabulary 3",
        "bert; /post_processor/special_tokens/[SEP]/tokens; ['[NONE]']; \"[NONE]\", which the vocabulary lacks",
        "bert; /post_processor; {'type': 'BertProcessing', 'sep': ['[X]', 3], 'cls': ['[CLS]', 2]}; sep names the token \"[X]\"",
        "bert; /post_processor; {'type': 'Sequence', 'processors': [{'type': 'BertProcessing', 'sep': ['[SEP]', 3], 'cls': ['[CLS]', 2]}, {'type': 'BertProcessing', 'sep': ['[SEP]', 3], 'cls': ['[CLS]', 2]}]}; second step",
        // Normalizers.
        "bert; /normalizer; {'type': 'Precompiled', 'precompiled_charsmap': null}; precompiled_charsmap",
        "bert; /normalizer; {'type': 'Precompiled', 'precompiled_charsmap': ''}; precompiled_charsmap",
        "bert; /normalizer; {'type': 'Precompiled', 'precompiled_charsmap': 'AAAAAAAA====='}; is not base64",
        "bert; /normalizer; {'type': 'Precompiled', 'precompiled_charsmap': '////f////38='}; names a trie of",
        "bert; /normalizer; {'type': 'Replace', 'pattern': {'Regex': 'a*'}, 'content': 'b'}; nothing to replace",
        "bert; /normalizer; {'type': 'Replace', 'pattern': {'String': ''}, 'content': 'b'}; pattern.String is empty",
        "bert; /normalizer; {'type': 'Prepend', 'prepend': 7}; normalizer.prepend",
        "bert; /normalizer; {'type': 'Lower'}; not a normalizer that",
        // Pre-tokenizers and decoders.
        "bert; /pre_tokenizer; {'type': 'FixedLength', 'length': 0}; pre_tokenizer.length",
        "bert; /pre_tokenizer; {'type': 'Sequence', 'pretokenizers': [{'type': 'Metaspace', 'replacement': 'ab'}]}; pretokenizers[0].replacement must be one character",
        "bert; /decoder; {'type': 'Strip', 'content': ' ', 'start': 0, 'stop': 1}; decoder.stop",
        "bert; /decoder; {'type': 'Foo'}; decoder.type",
        "bert; /added_tokens; [{'id': 9, 'content': ''}]; added_tokens[0]",
      })
  void whatWouldEndTheJvmIsRefused(String model, String pointer, String value, String fragment)
      throws IOException {
    refused(with(model, pointer, value), fragment);
  }

  @Test
  void anAddedTokenHasTheIdThatTheLibraryGivesIt() throws IOException {
    String token =
        "[{'id': %d, 'content': '<x>', 'single_word': false, 'lstrip': false, 'rstrip': false,"
            + " 'normalized': %s, 'special': false}]";
    int size = base("gpt2").get("model").get("vocab").size();
    assertThat(
            read(with("gpt2", "/added_tokens", token.formatted(size, "true"))).vocabulary().size())
        .isEqualTo(size + 1);
    refused(
        with("gpt2", "/added_tokens", token.formatted(size + 5, "true")),
        "added_tokens[0].id is " + (size + 5),
        "the id " + size);
    ObjectNode gone = with("gpt2", "/added_tokens", token.formatted(size, "true"));
    gone.set(
        "normalizer",
        JSON.readTree(
            "{\"type\": \"Replace\", \"pattern\": {\"Regex\": \"<.>\"}, \"content\": \"\"}"));
    refused(gone, "of which the normalizer leaves nothing");
  }

  @Test
  void replacementsThatMultiplyAreRefused() throws IOException {
    String twice = "{'type': 'Replace', 'pattern': {'String': 'a'}, 'content': 'aa'},";
    String normalizer = "{'type': 'Sequence', 'normalizers': [%s{'type': 'NFKD'}]}";
    TokenizerFile some = read(with("bert", "/normalizer", normalizer.formatted(twice.repeat(5))));
    assertThat(some.limit().longest()).isEqualTo((int) (32e6 / 32 / 18));
    refused(
        with("bert", "/normalizer", normalizer.formatted(twice.repeat(40))),
        "normalizer.normalizers[6]",
        "more than 64 characters of one");
    refused(
        with(
            "bert",
            "/decoder",
            "{'type': 'Sequence', 'decoders': [%s{'type': 'Fuse'}]}".formatted(twice.repeat(7))),
        "decoder.decoders[6]");
    String bytes = "{'type': 'ByteLevel', 'add_prefix_space': false, 'trim_offsets': true}";
    refused(
        with(
            "bert",
            "/pre_tokenizer",
            "{'type': 'Sequence', 'pretokenizers': [%s, %s]}".formatted(bytes, bytes)),
        "bytes of bytes");
  }

  @Test
  void deepNestingAndLongTokensAreRefused() throws IOException {
    String deep = "{'type': 'Sequence', 'normalizers': [".repeat(200) + "]}".repeat(200);
    refused(with("bert", "/normalizer", deep), "is one step of more than");
    refused(
        with("unigram", "/model/vocab", "[['%s', 0]]".formatted("a".repeat(100_000))),
        "100,000 characters");
    assertThatThrownBy(
            () ->
                TokenizerFile.read(
                    "{\"model\": {\"vocab\": {\"a\": 0, \"a\": 1}}}"
                        .getBytes(StandardCharsets.UTF_8),
                    "t"))
        .isInstanceOf(WrongInput.class)
        .hasMessageContaining("Duplicate field");
  }

  /** A trie whose only unit leads to itself, to what follows it, and to no replacement. */
  @Test
  void aTableOfReplacementsIsFollowed() throws IOException {
    ObjectNode unigram = base("unigram");
    String good = unigram.at("/normalizer/normalizers/0/precompiled_charsmap").asText();
    byte[] table = Base64.getDecoder().decode(good);
    int refused = 0;
    for (int i = 0; i < table.length; i += 3) {
      byte[] broken = table.clone();
      broken[i] ^= (byte) 0xA5;
      ((ObjectNode) unigram.at("/normalizer/normalizers/0"))
          .put("precompiled_charsmap", Base64.getEncoder().encodeToString(broken));
      try {
        read(unigram);
      } catch (WrongInput e) {
        assertThat(e).hasMessageContaining("normalizers[0].precompiled_charsmap");
        refused++;
      }
    }
    assertThat(refused).isGreaterThan(5);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*|\\s*[\\r\\n]|\\s+(?!\\S)|\\s+",
        "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]+[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        " ?[^(\\s|[.,!?…。，、।۔،])]+",
        "[\\p{Han}]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}&&[^\\p{Han}]]*[\\p{Ll}&&[^\\p{Han}]]+|[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}&&[^\\p{Han}]]+[\\p{Ll}&&[^\\p{Han}]]*|\\s+",
        "[一-龥぀-ゟ゠-ヿ]+",
        "[0-9][0-9][0-9]",
        " {2,}",
        "\\s+",
        "\\r\\n|\\n",
      })
  void expressionsOfPublicTokenizersTakeStepsInProportion(String expression) {
    assertThat(Regex.of(expression, WrongInput::new).linear()).isTrue();
    assertThat(Regex.of(expression, WrongInput::new).retries()).as("of a million").isLessThan(9);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(a+)+b",
        "(a|a)*b",
        "(?:a?){50}a{50}",
        "\\s*\\s*x",
        ".*.*.*=",
        "a{1,900}b",
        "a**",
        "a{2}{3}",
        "(a)\\1",
        "(?<n>a)\\k<n>",
        "\\Ga",
        "(?~a)",
        "[[:alpha:]]+",
        "(?R)",
        "[a",
        "(a",
        "a)",
        "\\",
        "\\p{",
        "",
        "*a",
        "(?=a+)b",
        "a?a?a?a?a?a?a?a?a?b",
        "(?>a+)b",
        "(?m)a",
        "[]a]",
        ".{1000}.{1000}a+b"
      })
  void expressionsThatMayNotEndOrAreNotUnderstoodAreRefused(String expression) {
    assertThatThrownBy(() -> Regex.of(expression, WrongInput::new)).isInstanceOf(WrongInput.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      quoteCharacter = '"',
      value = {
        "^ +| +$; ' '; 1",
        "a+b; 'a'; 1",
        "a++b; 'a'; 1",
        "a+b|c+d|x; 'ac'; 2",
        ".{0,9}a+$; 'a'; 10",
        "a+b|a+; ''; 1",
        "x {2,}; ''; 1"
      })
  void onlyRunsOfOneCharacterCostTheirSquare(String expression, String runs, int times) {
    assertThat(Regex.of(expression, WrongInput::new).runs())
        .contains(new Regex.Runs(runs.substring(1, runs.length() - 1), times));
  }

  /** With two repetitions in one alternative, each place of a run may read the whole other run. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "\\s+$",
        ".+b",
        "[ab]+c",
        "a+b|\\d+c",
        "[ab]++c",
        "\uD83D\uDE00+$",
        "a*+b*+c*+d",
        "b*+a+c|a+",
        "\\s+$|\\s+?",
        "a+b|[ab]+c|a|a+"
      })
  void otherRepetitionsCostTheSquareOfTheText(String expression) {
    assertThat(Regex.of(expression, WrongInput::new).runs()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a+b|a|a+", "a+b|a{1,3}|a+", "a+b|a+?"})
  void anAlternativeThatLeavesCharactersDoesNotTakeThem(String expression) {
    assertThat(Regex.of(expression, WrongInput::new).linear()).isFalse();
  }

  /** The library ends the process after ten million steps back in one match. */
  @Test
  void waysToMatchBoundTheText() throws IOException {
    String split =
        "{'type': 'Split', 'pattern': {'Regex': '\\\\s{0,12}\\\\s+$|\\\\s+'}, 'behavior': 'Isolated', 'invert': false}";
    assertThat(read(with("bert", "/pre_tokenizer", split)).limit().longest())
        .isEqualTo((int) (9e6 / 13));
    String normalizer = "{'type': 'Replace', 'pattern': {'Regex': '%s'}, 'content': 'x'}";
    String many = "a+b|".repeat(900) + "a+";
    assertThat(read(with("bert", "/normalizer", normalizer.formatted(many))).limit().longest())
        .isEqualTo(10_000);
  }

  /**
   * As in babyllama-105. After another step, runs of the text say nothing about what is searched.
   */
  @Test
  void runsCountOnlyInTheFirstStep() throws IOException {
    String trim = "{'type': 'Replace', 'pattern': {'Regex': '^ +| +$'}, 'content': ''}";
    String other = "{'type': 'Replace', 'pattern': {'String': 'x'}, 'content': ' '}";
    String steps = "{'type': 'Sequence', 'normalizers': [%s, %s]}";
    TextLimit limit = read(with("bert", "/normalizer", steps.formatted(trim, other))).limit();
    assertThat(limit.longest()).isGreaterThan(500_000);
    assertThat(limit.runs()).isEqualTo(" ");
    limit = read(with("bert", "/normalizer", steps.formatted(other, trim))).limit();
    assertThat(limit).isEqualTo(new TextLimit(20_000, "", 4e8));
    limit = read(with("bert", "/normalizer", steps.formatted("{'type': 'NFC'}", trim))).limit();
    assertThat(limit).isEqualTo(new TextLimit(20_000, "", 4e8));
  }

  @Test
  void anExpressionThatMayCostTheSquareBoundsTheText() throws IOException {
    String normalizer = "{'type': 'Replace', 'pattern': {'Regex': '\\\\s+$'}, 'content': ''}";
    assertThat(read(with("bert", "/normalizer", normalizer)).limit().longest()).isEqualTo(20_000);
    assertThatCode(() -> read(base("bert"))).doesNotThrowAnyException();
    assertThat(Files.size(GoldenCases.of("bert/tokenizer.json"))).isPositive();
  }
}
