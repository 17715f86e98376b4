package org.tributary.metrics;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;

/**
 * BLEU-4 with one reference an answer, as sacrebleu 2 computes it (K. Papineni et al., "BLEU: a
 * Method for Automatic Evaluation of Machine Translation", 2002; M. Post, "A Call for Clarity in
 * Reporting BLEU Scores", 2018), 0 to 100:
 *
 * <pre>
 *   BLEU = BP · exp(1/N Σ_{n=1..N} ln p_n),  p_n = 100 · matches_n / totals_n,  N = 4
 *   BP   = 1 if the predictions have at least as many tokens as the references,
 *          else exp(1 - reference length / prediction length)
 * </pre>
 *
 * <p>Matches, totals and lengths are sums over the corpus; BLEU is not a mean over answers. An
 * empty prediction or reference adds only its length; the score is 0 if nothing at all matches, and
 * so also if all predictions are empty, even if the references are empty, too. Without smoothing or
 * effective order, a corpus of texts with fewer than four tokens scores 0 even against itself.
 *
 * @param smoothing for orders without a match
 * @param effectiveOrder whether N is the longest order the predictions have n-grams of, which
 *     sacrebleu recommends for single sentences
 * @param lowercase whether texts are lower-cased, by the rules of Java; Python's, and so
 *     sacrebleu's, differ for a Greek capital sigma next to a mark
 */
public record Bleu(Smoothing smoothing, boolean effectiveOrder, boolean lowercase)
    implements Serializable {

  /**
   * A score with its parts.
   *
   * @param value BLEU, 0 to 100
   * @param precisions smoothed, by order 1 to 4, 0 to 100; all 0 if nothing matches
   * @param brevityPenalty 0 to 1
   */
  public record Score(double value, List<Double> precisions, double brevityPenalty) {}

  /**
   * sacrebleu's default, for a corpus.
   *
   * @return smoothing exp, order 4, case kept
   */
  public static Bleu corpus() {
    return new Bleu(Smoothing.exp(), false, false);
  }

  /**
   * sacrebleu's recommendation for a single sentence.
   *
   * @return smoothing exp, effective order, case kept
   */
  public static Bleu sentence() {
    return new Bleu(Smoothing.exp(), true, false);
  }

  /**
   * The counts of one answer.
   *
   * @param prediction the generated answer
   * @param reference the right answer
   * @return counts on 13a tokens
   */
  public BleuCounts counts(String prediction, String reference) {
    return BleuCounts.of(
        Tokenizer13a.tokens(prediction, lowercase), Tokenizer13a.tokens(reference, lowercase));
  }

  /**
   * The score of a corpus, or of one sentence.
   *
   * @param counts summed over its answers
   * @return the score
   */
  public Score score(BleuCounts counts) {
    double penalty = brevityPenalty(counts);
    double[] precisions = new double[BleuCounts.ORDERS];
    if (counts.matches().stream().allMatch(matches -> matches == 0)) {
      return new Score(0, boxed(precisions), penalty);
    }
    int order = BleuCounts.ORDERS;
    int withoutMatch = 0;
    for (int n = 1; n <= BleuCounts.ORDERS; n++) {
      double added = smoothing.method() == Smoothing.Method.ADD_K && n > 1 ? smoothing.value() : 0;
      double matches = counts.matches().get(n - 1) + added;
      double total = counts.totals().get(n - 1) + added;
      if (smoothing.method() == Smoothing.Method.NLTK_METHOD1) {
        total = Math.max(1, total);
      }
      if (total == 0) {
        break;
      }
      order = effectiveOrder ? n : order;
      withoutMatch += matches == 0 ? 1 : 0;
      precisions[n - 1] = 100 * (matches == 0 ? insteadOfNone(withoutMatch) : matches) / total;
    }
    double logs = Arrays.stream(precisions, 0, order).map(Math::log).sum();
    return new Score(penalty * Math.exp(logs / order), boxed(precisions), penalty);
  }

  /**
   * The signature of a score in sacrebleu's form, which says how the score was computed.
   *
   * @param version of the program that computed it
   * @return {@code nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:...}
   */
  public String signature(String version) {
    return String.join(
        "|",
        "nrefs:1",
        "case:" + (lowercase ? "lc" : "mixed"),
        "eff:" + (effectiveOrder ? "yes" : "no"),
        "tok:13a",
        "smooth:" + smoothing.signature(),
        "version:" + version);
  }

  private double insteadOfNone(int withoutMatch) {
    return switch (smoothing.method()) {
      case NONE, ADD_K -> 0;
      case EXP -> Math.pow(2, -withoutMatch);
      case FLOOR, NLTK_METHOD1 -> smoothing.value();
    };
  }

  private static double brevityPenalty(BleuCounts counts) {
    if (counts.predictionLength() >= counts.referenceLength()) {
      return 1;
    }
    return Math.exp(1 - (double) counts.referenceLength() / counts.predictionLength());
  }

  private static List<Double> boxed(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }
}
