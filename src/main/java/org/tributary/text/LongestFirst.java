package org.tributary.text;

import java.util.Arrays;

/**
 * How many tokens of two texts remain if both together are too long: {@code longest_first} of
 * transformers 5, which is that of the tokenizers library 0.23 ({@code truncate_encodings}). The
 * library's earlier versions give the odd token to the other text, so the library in this program
 * does not cut pairs.
 *
 * @param first tokens of the first text
 * @param second tokens of the second text
 */
record LongestFirst(int first, int second) {
  /**
   * Cuts the longer text to what the shorter one leaves, or both to a half if the shorter one is
   * longer than that. Of an odd number the longer text gets one more, and of two equally long ones
   * the second.
   *
   * @param first tokens of the first text, see {@link #read}
   * @param second tokens of the second text
   * @param room the most tokens of both, without special ones
   * @return the tokens that remain, from the begin of each text
   */
  static LongestFirst of(int first, int second, int room) {
    if (first + second <= room) {
      return new LongestFirst(first, second);
    }
    int shorter = Math.min(first, second);
    int longer = Math.max(shorter, room - shorter);
    if (shorter + longer > room) {
      shorter = room / 2;
      longer = room - shorter;
    }
    return first > second ? new LongestFirst(longer, shorter) : new LongestFirst(shorter, longer);
  }

  /**
   * The tokens of one text that the library makes before it cuts: it reads words until they have
   * enough tokens, so that two long texts may count as equally long. Added tokens within the text
   * do not end the reading.
   *
   * @param words the word of each token
   * @param added whether each token is an added one
   * @param enough the most tokens of a pair, with special ones
   * @return the tokens up to the end of a word
   */
  static int read(long[] words, boolean[] added, int enough) {
    for (int i = enough - 1; i < words.length; i++) {
      boolean ends = i + 1 == words.length || words[i + 1] != words[i];
      if (i >= 0 && ends && !added[i]) {
        return i + 1;
      }
    }
    return words.length;
  }

  /**
   * The places of the tokens that remain.
   *
   * @param special 1 for the special tokens around the texts, else 0
   * @param ofFirst tokens of the whole first text
   * @return places in ascending order
   */
  int[] places(long[] special, int ofFirst) {
    int[] places = new int[special.length];
    int count = 0;
    int token = 0;
    for (int place = 0; place < special.length; place++) {
      boolean kept = special[place] == 1;
      if (!kept) {
        kept = token < ofFirst ? token < first : token - ofFirst < second;
        token++;
      }
      if (kept) {
        places[count++] = place;
      }
    }
    return Arrays.copyOf(places, count);
  }
}
