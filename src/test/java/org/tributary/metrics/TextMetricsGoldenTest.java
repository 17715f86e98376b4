package org.tributary.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.tributary.fixture.TestJson.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** BLEU equals that of sacrebleu and NLTK, ROUGE equals its definition, stems equal NLTK's. */
class TextMetricsGoldenTest {
  private static final Path GOLDEN = Path.of(System.getProperty("golden"), "metrics");
  private static final double EXACT = 1e-9;

  private final JsonNode golden = read("golden.json");
  private final JsonNode pairs = read("pairs.json");

  @Test
  void everyPairIsRead() {
    assertThat(pairs).hasSize(golden.get("pairs").asInt()).hasSizeGreaterThan(100);
  }

  @Test
  void tokensOf13a() {
    for (JsonNode pair : pairs) {
      assertThat(Tokenizer13a.tokens(prediction(pair), false))
          .isEqualTo(strings(pair.get("tokens_13a_prediction")));
      assertThat(Tokenizer13a.tokens(reference(pair), false))
          .isEqualTo(strings(pair.get("tokens_13a_reference")));
    }
  }

  @Test
  void sentenceBleuInEveryVariant() {
    Map<String, Bleu> variants = sentenceVariants();
    for (JsonNode pair : pairs) {
      Map<String, Double> computed = new HashMap<>();
      variants.forEach(
          (name, bleu) ->
              computed.put(
                  name, bleu.score(bleu.counts(prediction(pair), reference(pair))).value()));
      JsonNode expected = pair.get("sentence_bleu");
      assertThat(computed).hasSize(7).hasSize(expected.size());
      computed.forEach(
          (name, value) ->
              assertThat(value)
                  .as("%s of: %s", name, prediction(pair))
                  .isCloseTo(expected.get(name).asDouble(), within(EXACT)));
    }
  }

  @Test
  void sentenceCounts() {
    for (JsonNode pair : pairs) {
      BleuCounts counts = Bleu.corpus().counts(prediction(pair), reference(pair));
      assertThat(counts.matches()).isEqualTo(longs(pair.get("bleu_counts")));
      assertThat(counts.totals()).isEqualTo(longs(pair.get("bleu_totals")));
      assertThat(List.of(counts.predictionLength(), counts.referenceLength()))
          .isEqualTo(longs(pair.get("bleu_lengths")));
      assertThat(Bleu.corpus().score(counts).brevityPenalty())
          .isCloseTo(pair.get("bleu_bp").asDouble(), within(EXACT));
    }
  }

  @Test
  void corpusBleuInEveryVariant() {
    Map<String, Bleu> variants =
        Map.of(
            "default_13a_exp", Bleu.corpus(),
            "13a_no_smoothing", new Bleu(Smoothing.none(), false, false),
            "13a_lowercase", new Bleu(Smoothing.exp(), false, true),
            "13a_add1", new Bleu(Smoothing.addK(1), false, false));
    assertThat(variants).hasSize(golden.get("corpus_bleu").size());
    variants.forEach((name, bleu) -> checkCorpus(bleu, golden.get("corpus_bleu").get(name)));
  }

  private void checkCorpus(Bleu bleu, JsonNode expected) {
    BleuCounts counts = corpus(bleu, IntStream.range(0, pairs.size()).boxed().toList());
    // sacrebleu reports the counts including what add-k added; Tributary reports the plain counts.
    long added = (long) bleu.smoothing().value();
    assertThat(addedFromTheSecond(counts.matches(), added))
        .isEqualTo(longs(expected.get("counts")));
    assertThat(addedFromTheSecond(counts.totals(), added)).isEqualTo(longs(expected.get("totals")));
    assertThat(counts.predictionLength()).isEqualTo(expected.get("sys_len").asLong());
    assertThat(counts.referenceLength()).isEqualTo(expected.get("ref_len").asLong());
    Bleu.Score score = bleu.score(counts);
    assertThat(score.value()).isCloseTo(expected.get("score").asDouble(), within(EXACT));
    assertThat(score.brevityPenalty()).isCloseTo(expected.get("bp").asDouble(), within(EXACT));
    assertThat(score.precisions()).hasSize(expected.get("precisions").size());
    for (int n = 0; n < BleuCounts.ORDERS; n++) {
      assertThat(score.precisions().get(n))
          .isCloseTo(expected.get("precisions").get(n).asDouble(), within(EXACT));
    }
  }

  @Test
  void corpusBleuOfSubsets() {
    Bleu unsmoothed = new Bleu(Smoothing.none(), false, false);
    assertThat(golden.get("corpus_bleu_of_subsets")).hasSize(2);
    for (JsonNode subset : golden.get("corpus_bleu_of_subsets")) {
      List<Integer> indices = longs(subset.get("indices")).stream().map(Long::intValue).toList();
      BleuCounts counts = corpus(unsmoothed, indices);
      assertThat(Bleu.corpus().score(counts).value())
          .isCloseTo(subset.get("score_exp").asDouble(), within(EXACT));
      assertThat(unsmoothed.score(counts).value())
          .isCloseTo(subset.get("score_none").asDouble(), within(EXACT));
    }
  }

  @Test
  void rougeWithAndWithoutStemming() {
    for (JsonNode pair : pairs) {
      checkRouge(new Rouge(false).score(prediction(pair), reference(pair)), pair.get("rouge"));
      checkRouge(
          new Rouge(true).score(prediction(pair), reference(pair)), pair.get("rouge_stemmed"));
    }
  }

  private static void checkRouge(Rouge.Scores scores, JsonNode expected) {
    assertThat(expected).hasSize(3);
    checkRouge(scores.rouge1(), expected.get("rouge1"));
    checkRouge(scores.rouge2(), expected.get("rouge2"));
    checkRouge(scores.rougeL(), expected.get("rougeL"));
  }

  private static void checkRouge(Rouge.Value value, JsonNode expected) {
    assertThat(value.precision()).isCloseTo(expected.get("precision").asDouble(), within(EXACT));
    assertThat(value.recall()).isCloseTo(expected.get("recall").asDouble(), within(EXACT));
    assertThat(value.f1()).isCloseTo(expected.get("f1").asDouble(), within(EXACT));
  }

  @Test
  void means() {
    TextScores all = TextScores.empty();
    for (JsonNode pair : pairs) {
      all = all.plus(prediction(pair), reference(pair));
    }
    JsonNode means = golden.get("means");
    Map<String, Double> computed =
        Map.of(
            "rouge_rouge1_f1_mean", all.rouge().rouge1(),
            "rouge_rouge2_f1_mean", all.rouge().rouge2(),
            "rouge_rougeL_f1_mean", all.rouge().rougeL(),
            "rouge_stemmed_rouge1_f1_mean", all.stemmedRouge().rouge1(),
            "rouge_stemmed_rouge2_f1_mean", all.stemmedRouge().rouge2(),
            "rouge_stemmed_rougeL_f1_mean", all.stemmedRouge().rougeL(),
            "exact_match_raw", all.exactMatch().value());
    assertThat(computed).hasSize(means.size());
    computed.forEach(
        (name, value) ->
            assertThat(value).as(name).isCloseTo(means.get(name).asDouble(), within(EXACT)));
    assertThat(all.rows()).isEqualTo(pairs.size());
    assertThat(Bleu.corpus().score(all.bleu()).value())
        .isCloseTo(golden.at("/corpus_bleu/default_13a_exp/score").asDouble(), within(EXACT));
  }

  @Test
  void everyStem() {
    JsonNode stems = read("porter_stems.json");
    assertThat(stems).hasSizeGreaterThan(800);
    stems
        .fields()
        .forEachRemaining(
            stem ->
                assertThat(PorterStemmer.stem(stem.getKey()))
                    .as(stem.getKey())
                    .isEqualTo(stem.getValue().asText()));
  }

  /**
   * sacrebleu's from the golden file's own arguments, and NLTK's method 1, which sacrebleu lacks.
   */
  private Map<String, Bleu> sentenceVariants() {
    Map<String, Bleu> variants = new HashMap<>();
    golden
        .get("sentence_bleu_modes")
        .fields()
        .forEachRemaining(mode -> variants.put(mode.getKey(), bleu(mode.getValue())));
    variants.put("nltk_method1", new Bleu(Smoothing.nltkMethod1(), false, false));
    return variants;
  }

  private static Bleu bleu(JsonNode mode) {
    String label = mode.get("smooth_method").asText();
    for (Smoothing.Method method : Smoothing.Method.values()) {
      if (method.label().equals(label)) {
        Smoothing smoothing = new Smoothing(method, mode.path("smooth_value").asDouble());
        return new Bleu(smoothing, mode.get("use_effective_order").asBoolean(), false);
      }
    }
    throw new AssertionError("no smoothing " + label);
  }

  private BleuCounts corpus(Bleu bleu, List<Integer> indices) {
    BleuCounts counts = BleuCounts.empty();
    for (int i : indices) {
      counts = counts.plus(bleu.counts(prediction(pairs.get(i)), reference(pairs.get(i))));
    }
    return counts;
  }

  private static List<Long> addedFromTheSecond(List<Long> counts, long added) {
    List<Long> sums = new ArrayList<>(counts);
    for (int n = 1; n < sums.size(); n++) {
      sums.set(n, sums.get(n) + added);
    }
    return sums;
  }

  private static String prediction(JsonNode pair) {
    return pair.get("prediction").textValue();
  }

  private static String reference(JsonNode pair) {
    return pair.get("reference").textValue();
  }

  private static List<String> strings(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::textValue).toList();
  }

  private static List<Long> longs(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asLong).toList();
  }

  private static JsonNode read(String file) {
    try {
      return JSON.readTree(GOLDEN.resolve(file).toFile());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
