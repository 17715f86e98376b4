package org.tributary.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import java.util.Arrays;
import java.util.Set;

/**
 * The tokens of a text and their places in the text.
 *
 * @param ids token ids
 * @param from begin of each token, in {@code char}s
 * @param to end of each token, exclusive; tokens of one character's bytes share that character
 * @param added whether each token was added to the vocabulary, such as a special token
 */
record PlacedTokens(long[] ids, int[] from, int[] to, boolean[] added) {
  /**
   * Takes the places from the library, which counts code points.
   *
   * @param encoding of the text
   * @param text the text
   * @param addedTokens the tokens that were added to the vocabulary
   */
  static PlacedTokens of(Encoding encoding, String text, Set<String> addedTokens) {
    long[] ids = encoding.getIds();
    CharSpan[] spans = encoding.getCharTokenSpans();
    String[] names = encoding.getTokens();
    int[] from = new int[ids.length];
    int[] to = new int[ids.length];
    boolean[] added = new boolean[ids.length];
    int[] chars = new int[text.codePointCount(0, text.length()) + 1];
    for (int i = 1; i < chars.length; i++) {
      chars[i] = text.offsetByCodePoints(chars[i - 1], 1);
    }
    for (int i = 0; i < ids.length; i++) {
      int before = i == 0 ? 0 : to[i - 1];
      from[i] = spans[i] == null ? before : chars[spans[i].getStart()];
      to[i] = spans[i] == null ? before : chars[spans[i].getEnd()];
      added[i] = addedTokens.contains(names[i]);
    }
    return new PlacedTokens(ids, from, to, added);
  }

  /** The same without its first tokens. */
  PlacedTokens from(int first) {
    return first == 0
        ? this
        : new PlacedTokens(
            Arrays.copyOfRange(ids, first, ids.length),
            Arrays.copyOfRange(from, first, ids.length),
            Arrays.copyOfRange(to, first, ids.length),
            Arrays.copyOfRange(added, first, ids.length));
  }
}
