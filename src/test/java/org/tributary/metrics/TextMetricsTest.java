package org.tributary.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class TextMetricsTest {
  private static final double EXACT = 1e-9;

  @Property(tries = 300)
  void aTextIsItselfEntirely(@ForAll("texts") String text) {
    BleuCounts counts = Bleu.corpus().counts(text, text);
    assertThat(Bleu.sentence().score(counts).value()).isCloseTo(100, within(EXACT));
    assertThat(Bleu.corpus().score(counts).value())
        .isCloseTo(counts.totals().get(3) > 0 ? 100 : 0, within(EXACT));
    for (boolean stemmed : new boolean[] {false, true}) {
      Rouge.Scores rouge = new Rouge(stemmed).score(text, text);
      assertThat(rouge.rouge1()).isEqualTo(new Rouge.Value(1, 1, 1));
      assertThat(rouge.rougeL()).isEqualTo(new Rouge.Value(1, 1, 1));
    }
    assertThat(ExactMatch.empty().plus(" " + text + "\n\u00a0", text).value()).isEqualTo(1);
  }

  @Property(tries = 200)
  void shardsAddUpToTheWhole(
      @ForAll("pairs") @Size(min = 1, max = 12) List<Pair> pairs,
      @ForAll @IntRange(min = 1, max = 5) int shardSize) {
    TextScores whole = scores(pairs);
    TextScores added = TextScores.empty();
    for (int from = 0; from < pairs.size(); from += shardSize) {
      added = added.plus(scores(pairs.subList(from, Math.min(pairs.size(), from + shardSize))));
    }
    assertThat(added.bleu()).isEqualTo(whole.bleu());
    assertThat(added.exactMatch()).isEqualTo(whole.exactMatch());
    assertThat(added.rows()).isEqualTo(pairs.size());
    assertThat(added.rouge().rouge1()).isCloseTo(whole.rouge().rouge1(), within(EXACT));
    assertThat(added.rouge().rouge2()).isCloseTo(whole.rouge().rouge2(), within(EXACT));
    assertThat(added.rouge().rougeL()).isCloseTo(whole.rouge().rougeL(), within(EXACT));
    assertThat(added.stemmedRouge().rougeL())
        .isCloseTo(whole.stemmedRouge().rougeL(), within(EXACT));
  }

  @Property(tries = 200)
  void bleuCountsOfACorpusAreWhatItsAnswersAdd(
      @ForAll("pairs") @Size(min = 1, max = 6) List<Pair> pairs) {
    BleuCounts whole = scores(pairs).bleu();
    assertThat(whole.totals().get(0)).isEqualTo(whole.predictionLength());
    assertThat(whole.predictionLength())
        .isEqualTo(
            pairs.stream().mapToLong(p -> Tokenizer13a.tokens(p.prediction(), false).size()).sum());
    for (int n = 0; n < BleuCounts.ORDERS; n++) {
      assertThat(whole.matches().get(n)).isBetween(0L, whole.totals().get(n));
    }
  }

  @Property(tries = 200)
  void rougeOfSwappedTextsSwapsPrecisionAndRecall(@ForAll("pair") Pair pair) {
    Rouge.Scores one = new Rouge(true).score(pair.prediction(), pair.reference());
    Rouge.Scores other = new Rouge(true).score(pair.reference(), pair.prediction());
    assertThat(one.rougeL().precision()).isEqualTo(other.rougeL().recall());
    assertThat(one.rouge2().recall()).isEqualTo(other.rouge2().precision());
    assertThat(one.rougeL().f1()).isLessThanOrEqualTo(one.rouge1().f1() + EXACT);
  }

  @Test
  void anEmptySideScoresNothing() {
    for (Bleu bleu : List.of(Bleu.corpus(), Bleu.sentence())) {
      assertThat(bleu.score(bleu.counts("", "a right answer")))
          .isEqualTo(new Bleu.Score(0, List.of(0.0, 0.0, 0.0, 0.0), 0));
      assertThat(bleu.score(bleu.counts("an answer", " \n")).value()).isZero();
      assertThat(bleu.score(bleu.counts("", "")).value()).isZero();
      assertThat(bleu.score(BleuCounts.empty()).value()).isZero();
    }
    Rouge.Value nothing = new Rouge.Value(0, 0, 0);
    Rouge.Scores none = new Rouge.Scores(nothing, nothing, nothing);
    for (Rouge rouge : List.of(new Rouge(false), new Rouge(true))) {
      assertThat(rouge.score("", "a right answer")).isEqualTo(none);
      assertThat(rouge.score("an answer", "...")).isEqualTo(none);
      assertThat(rouge.score("", "")).isEqualTo(none);
      assertThat(rouge.score("one", "one").rouge2()).isEqualTo(nothing);
    }
    assertThat(ExactMatch.empty().plus("", " ").plus("", "a").value()).isEqualTo(0.5);
  }

  @Test
  void nothingScoredHasNoMean() {
    assertThat(TextScores.empty().rouge().rouge1()).isNaN();
    assertThat(TextScores.empty().exactMatch().value()).isNaN();
    assertThat(Perplexity.empty().value()).isNaN();
  }

  @Test
  void anEmptyAnswerStillCostsTheCorpusItsLength() {
    Bleu bleu = Bleu.corpus();
    BleuCounts right = bleu.counts("a b c d e", "a b c d e");
    BleuCounts both = right.plus(bleu.counts("", "a b c d e"));
    assertThat(bleu.score(right).value()).isCloseTo(100, within(EXACT));
    assertThat(bleu.score(both).value()).isCloseTo(100 * Math.exp(1 - 10.0 / 5), within(EXACT));
  }

  @Test
  void perplexityIsOverTokensNotOverAnswers() {
    Perplexity sure = new Perplexity(0, 3);
    Perplexity coin = new Perplexity(Math.log(16), 1);
    assertThat(sure.plus(coin).value()).isCloseTo(2, within(EXACT));
    assertThat(sure.plus(coin).meanLoss()).isCloseTo(Math.log(2), within(EXACT));
    assertThat(Perplexity.empty().plus(coin)).isEqualTo(coin);
  }

  @Test
  void exactMatchMindsCaseAndInnerSpace() {
    ExactMatch match =
        ExactMatch.empty().plus("Yes.", "yes.").plus("a  b", "a b").plus("\tYes.\n", "Yes.");
    assertThat(match).isEqualTo(new ExactMatch(1, 3));
  }

  /** As in rouge_score: its stemmer does not change words of three letters or fewer. */
  @Test
  void onlyTokensOfMoreThanThreeLettersAreStemmed() {
    assertThat(new Rouge(true).tokens("It was the cats' gas"))
        .containsExactly("it", "was", "the", "cat", "gas");
    assertThat(new Rouge(false).tokens("the cats")).containsExactly("the", "cats");
  }

  /** The expected tokens are those of sacrebleu 2.6.0. */
  @Test
  void marksEscapesAndLineEndsOf13a() {
    assertThat(
            Tokenizer13a.tokens(
                "He said: &quot;1,000.5 mg&quot; &amp;lt;b&gt;, U.S.-made 2-3 x-y don't... "
                    + "(a)[b]{c}~`^_\\|/@#$%*+=<>?!",
                false))
        .containsExactly(
            ("He said : \" 1,000.5 mg \" < b > , U . S . -made 2 - 3 x-y don't . . . "
                    + "( a ) [ b ] { c } ~ ` ^ _ \\ | / @ # $ % * + = < > ? !")
                .split(" "));
    assertThat(
            Tokenizer13a.tokens(
                "hy-\nphen two\nlines<skipped>end a\u00a0b\u3000c\u001cd \n", false))
        .containsExactly("hyphen", "two", "linesend", "a", "b", "c", "d");
    assertThat(Tokenizer13a.tokens("MRI of the Brain", true))
        .containsExactly("mri", "of", "the", "brain");
  }

  @Test
  void signatures() {
    assertThat(Bleu.corpus().signature("tributary-1"))
        .isEqualTo("nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:tributary-1");
    assertThat(new Bleu(Smoothing.addK(1), true, true).signature("x"))
        .isEqualTo("nrefs:1|case:lc|eff:yes|tok:13a|smooth:add-k[1.00]|version:x");
    assertThat(new Bleu(Smoothing.floor(0.1), false, false).signature("x"))
        .isEqualTo("nrefs:1|case:mixed|eff:no|tok:13a|smooth:floor[0.10]|version:x");
  }

  @Test
  void impossibleSettingsAreRefused() {
    assertThatThrownBy(() -> Smoothing.floor(-1)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Smoothing.floor(Double.POSITIVE_INFINITY))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Smoothing.addK(Double.NaN))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Smoothing(Smoothing.Method.EXP, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new BleuCounts(List.of(1L), List.of(1L), 1, 1))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void sumsTravelBetweenMachines() throws IOException, ClassNotFoundException {
    TextScores scores = TextScores.empty().plus("the answer", "the right answer");
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
      out.writeObject(scores);
      out.writeObject(new Perplexity(1.5, 2));
    }
    try (ObjectInputStream in =
        new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray()))) {
      assertThat(in.readObject()).isEqualTo(scores);
      assertThat(in.readObject()).isEqualTo(new Perplexity(1.5, 2));
    }
  }

  record Pair(String prediction, String reference) {}

  /** At least one word, from a small set, so that n-grams repeat. */
  @Provide
  Arbitrary<String> texts() {
    return Arbitraries.of(
            "the", "cells", "dies", "relational", "1,000", "U.S.", "don't", "a-b", "x")
        .list()
        .ofMinSize(1)
        .ofMaxSize(14)
        .map(words -> String.join(" ", words));
  }

  @Provide
  Arbitrary<Pair> pair() {
    Arbitrary<String> sides = Arbitraries.oneOf(texts(), texts(), Arbitraries.of("", " ", "..."));
    return Combinators.combine(sides, sides).as(Pair::new);
  }

  @Provide
  Arbitrary<List<Pair>> pairs() {
    return pair().list().ofMinSize(1).ofMaxSize(12);
  }

  private static TextScores scores(List<Pair> pairs) {
    TextScores sum = TextScores.empty();
    for (Pair pair : pairs) {
      sum = sum.plus(pair.prediction(), pair.reference());
    }
    return sum;
  }
}
