package org.tributary.model;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * What a decoder's tokens attend to, and how strongly: {@code softmax(c tanh(s q k^T / c)) v}, or
 * without the cap c {@code softmax(s q k^T) v}.
 *
 * @param longest tokens of the longest row; longer rows would need a window that is not computed
 * @param windows for each block the number of last tokens, itself included, that a token attends
 *     to; 0 for all tokens before it; empty if no block has a window
 * @param scale s; 0 for 1 / √head
 * @param cap c; 0 for none
 * @param rope reads the rotary positions
 */
record DecoderAttention(
    int longest, List<Integer> windows, double scale, double cap, Rope.Reader rope) {
  private static final String SLIDING = "sliding_attention";

  private static final String FULL = "full_attention";

  private static final String TYPES = "layer_types";

  /** Every token attends to all tokens before it. */
  static final DecoderAttention WHOLE = upTo(Integer.MAX_VALUE);

  /**
   * Whole rows of at most some tokens.
   *
   * @param longest tokens of the longest row
   */
  static DecoderAttention upTo(int longest) {
    return new DecoderAttention(longest, List.of(), 0, 0, Rope::of);
  }

  /**
   * Reads the windows of a family in which only some blocks have one: {@code layer_types}, or every
   * block has a window except each n-th.
   *
   * @param config gets the problems
   * @param every n, if there is no {@code layer_types}
   * @return the window of each block, or 0
   */
  static List<Integer> windows(ConfigJson config, int every) {
    int layers = config.size("num_hidden_layers");
    int window =
        config.isNull("sliding_window")
            ? config.size("sliding_window")
            : config.size("sliding_window", 4096);
    List<String> types = config.texts(TYPES);
    if (types.isEmpty()) {
      List<Integer> all = new ArrayList<>(Collections.nCopies(layers, window));
      for (int i = every - 1; i < layers; i += every) {
        all.set(i, 0);
      }
      return all;
    }
    if (types.size() != layers) {
      config.problem(
          "%s has %d entries for %d blocks (num_hidden_layers)"
              .formatted(TYPES, types.size(), layers));
    }
    types.stream()
        .filter(type -> !type.equals(SLIDING) && !type.equals(FULL))
        .findFirst()
        .ifPresent(
            type ->
                config.problem(
                    "%s \"%s\" is not supported; supported: %s, %s"
                        .formatted(TYPES, type, FULL, SLIDING)));
    return types.stream().map(type -> type.equals(SLIDING) ? window : 0).toList();
  }

  /**
   * The constants of {@code packed.py} and {@code decoder.py}.
   *
   * @param layers blocks
   * @param head size of a head
   */
  Map<String, Object> constants(int layers, int head) {
    double factor = scale == 0 ? 1 / Math.sqrt(head) : scale;
    return Map.of(
        "windows",
        windows.isEmpty() ? Collections.nCopies(layers, 0) : windows,
        "score_scale",
        scale == 0 ? "None" : factor,
        "score_factor",
        factor,
        "score_cap",
        cap);
  }
}
