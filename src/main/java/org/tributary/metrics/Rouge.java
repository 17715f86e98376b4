package org.tributary.metrics;

import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * ROUGE-1, ROUGE-2 and ROUGE-L of one answer (C.-Y. Lin, "ROUGE: A Package for Automatic Evaluation
 * of Summaries", 2004), as the package rouge_score defines them, 0 to 1:
 *
 * <pre>
 *   P = common / those of the prediction,  R = common / those of the reference,
 *   F1 = 2 P R / (P + R)
 * </pre>
 *
 * <p>"Common" are the clipped common n-grams for ROUGE-n, and the length of the longest common
 * subsequence over the whole text for ROUGE-L. Tokens are the runs of {@code [a-z0-9]} of the
 * lower-cased text. All three are 0 if one side has no token (or n-gram), even if both have none.
 *
 * @param stemmed whether tokens of more than three letters are replaced by their Porter stems
 */
public record Rouge(boolean stemmed) implements Serializable {
  private static final Pattern SEPARATORS = Pattern.compile("[^a-z0-9]+");
  private static final int LONGEST_UNSTEMMED = 3;

  /**
   * One of the three.
   *
   * @param precision share of the prediction found in the reference, 0 to 1
   * @param recall share of the reference found in the prediction, 0 to 1
   * @param f1 their harmonic mean, 0 if both are 0
   */
  public record Value(double precision, double recall, double f1) {
    static Value of(long common, long ofPrediction, long ofReference) {
      if (common == 0) {
        return new Value(0, 0, 0);
      }
      double precision = (double) common / ofPrediction;
      double recall = (double) common / ofReference;
      return new Value(precision, recall, 2 * precision * recall / (precision + recall));
    }
  }

  /**
   * All three.
   *
   * @param rouge1 over single tokens
   * @param rouge2 over pairs of tokens
   * @param rougeL over the longest common subsequence
   */
  public record Scores(Value rouge1, Value rouge2, Value rougeL) {}

  /**
   * Scores of an answer. Time is the product of both lengths, memory their sum.
   *
   * @param prediction the generated answer
   * @param reference the right answer
   * @return precision, recall and F1 of each
   */
  public Scores score(String prediction, String reference) {
    List<String> predicted = tokens(prediction);
    List<String> right = tokens(reference);
    long longest = longestCommonSubsequence(predicted, right);
    return new Scores(
        ofNGrams(predicted, right, 1),
        ofNGrams(predicted, right, 2),
        Value.of(longest, predicted.size(), right.size()));
  }

  /**
   * Tokens of a text.
   *
   * @param text any
   * @return in order; none if no ASCII letter or digit occurs
   */
  List<String> tokens(String text) {
    return Arrays.stream(SEPARATORS.split(text.toLowerCase(Locale.ROOT)))
        .filter(token -> !token.isEmpty())
        .map(t -> stemmed && t.length() > LONGEST_UNSTEMMED ? PorterStemmer.stem(t) : t)
        .toList();
  }

  private static Value ofNGrams(List<String> predicted, List<String> right, int n) {
    long common = NGrams.common(NGrams.of(predicted, n), NGrams.of(right, n));
    return Value.of(common, NGrams.total(predicted, n), NGrams.total(right, n));
  }

  private static int longestCommonSubsequence(List<String> a, List<String> b) {
    int[] above = new int[b.size() + 1];
    for (String token : a) {
      int[] row = new int[b.size() + 1];
      for (int j = 1; j < row.length; j++) {
        row[j] = token.equals(b.get(j - 1)) ? above[j - 1] + 1 : Math.max(above[j], row[j - 1]);
      }
      above = row;
    }
    return above[b.size()];
  }
}
