package org.tributary.data;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.text.similarity.LevenshteinDistance;

/** Which known name a misspelt one was probably meant to be. */
public final class Nearest {
  private Nearest() {}

  /**
   * The nearest known name.
   *
   * @param name what was given
   * @param known what there is
   * @return the one at the smallest edit distance, where at most a third of the letters differ or
   *     only upper and lower case do; empty where none is that near
   */
  public static Optional<String> to(String name, Collection<String> known) {
    return known.stream()
        .filter(k -> distance(name, k) <= Math.max(1, Math.max(name.length(), k.length()) / 3))
        .min(Comparator.comparingInt((String k) -> distance(name, k)).thenComparing(k -> k));
  }

  private static int distance(String left, String right) {
    return LevenshteinDistance.getDefaultInstance()
        .apply(left.toLowerCase(Locale.ROOT), right.toLowerCase(Locale.ROOT));
  }
}
