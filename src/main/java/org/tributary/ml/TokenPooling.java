package org.tributary.ml;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** How the states of a text's tokens, special ones included, become one vector. */
enum TokenPooling {
  /** The mean of all tokens. */
  MEAN,
  /** The first token. */
  CLS,
  /** The largest value of all tokens, for each component. */
  MAX,
  /** The last token. */
  LAST;

  /**
   * Pools.
   *
   * @param states row-major, a token after the other
   * @param from place of the first token's state
   * @param tokens number of tokens, at least 1
   * @param width of a state
   */
  double[] of(float[] states, int from, int tokens, int width) {
    double[] vector = new double[width];
    if (this == MAX) {
      Arrays.fill(vector, Double.NEGATIVE_INFINITY);
    }
    int first = this == LAST ? tokens - 1 : 0;
    int end = this == CLS ? 1 : tokens;
    for (int token = first; token < end; token++) {
      for (int j = 0; j < width; j++) {
        double value = states[from + token * width + j];
        vector[j] = this == MAX ? Math.max(vector[j], value) : vector[j] + value;
      }
    }
    for (int j = 0; this == MEAN && j < width; j++) {
      vector[j] /= tokens;
    }
    return vector;
  }

  /** The pooling with a name in lower case. */
  static TokenPooling named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  /** All names, in lower case. */
  static List<String> names() {
    return Arrays.stream(values()).map(one -> one.name().toLowerCase(Locale.ROOT)).toList();
  }
}
