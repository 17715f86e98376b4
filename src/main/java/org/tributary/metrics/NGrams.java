package org.tributary.metrics;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts n-grams, which are runs of n tokens. */
final class NGrams {
  private NGrams() {}

  /**
   * The n-grams of a text.
   *
   * @param tokens of the text
   * @param n length of a run, at least 1
   * @return occurrences of each; empty if the text is shorter than n
   */
  static Map<List<String>, Integer> of(List<String> tokens, int n) {
    Map<List<String>, Integer> occurrences = new HashMap<>();
    for (int i = 0; i + n <= tokens.size(); i++) {
      occurrences.merge(tokens.subList(i, i + n), 1, Integer::sum);
    }
    return occurrences;
  }

  /**
   * The common n-grams of two texts; each counts as often as in the text in which it is less
   * frequent.
   *
   * @param a of one text
   * @param b of the other
   * @return the clipped matches
   */
  static long common(Map<List<String>, Integer> a, Map<List<String>, Integer> b) {
    long matches = 0;
    for (Map.Entry<List<String>, Integer> entry : a.entrySet()) {
      matches += Math.min(entry.getValue(), b.getOrDefault(entry.getKey(), 0));
    }
    return matches;
  }

  /**
   * The number of n-grams of a text.
   *
   * @param tokens of the text
   * @param n length of a run
   * @return length - n + 1, at least 0
   */
  static long total(List<String> tokens, int n) {
    return Math.max(0, tokens.size() - n + 1);
  }
}
