package org.tributary.text.tokenizer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.BitSet;
import java.util.Deque;
import org.tributary.error.WrongInput;

/**
 * Checks SentencePiece's table of replacements in the normalizer {@code Precompiled}: base64 of
 * {@code u32 size of the trie in bytes | trie, u32 each | replacements, each ended by a zero}. The
 * trie is a double array (Darts): a unit has a label (bits 0-7 and 31), a leaf (bit 8) and an
 * offset (from bit 10, times 256 where bit 9 is set). The library follows it without bounds checks,
 * so this class checks every path first.
 */
final class Charsmap {
  private static final int LONGEST = 1 << 24;

  private final JsonSection part;
  private int[] trie;
  private byte[] replacements;
  private int longest;

  private Charsmap(JsonSection part) {
    this.part = part;
  }

  /**
   * Checks a table.
   *
   * @param part the section of the normalizer
   * @return the most characters that replace one character, at least 1
   * @throws WrongInput if it is damaged
   */
  static int growth(JsonSection part) {
    Charsmap map = new Charsmap(part);
    map.read(part.text("precompiled_charsmap", LONGEST));
    map.follow();
    return Math.max(1, map.longest);
  }

  private void read(String base64) {
    byte[] bytes;
    try {
      bytes = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw broken("is not base64");
    }
    if (bytes.length < 8 || !Base64.getEncoder().encodeToString(bytes).equals(base64)) {
      throw broken("is not base64 of a table");
    }
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long size = Integer.toUnsignedLong(in.getInt());
    if (size < 4 || size > in.remaining()) {
      throw broken("names a trie of %,d bytes and has %,d".formatted(size, in.remaining()));
    }
    trie = new int[(int) (size / 4)];
    for (int i = 0; i < trie.length; i++) {
      trie[i] = in.getInt();
    }
    replacements = new byte[in.remaining()];
    in.get(replacements);
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(replacements));
    } catch (CharacterCodingException e) {
      throw broken("has replacements that are not UTF-8");
    }
  }

  /** Visits every unit of the trie that some text can reach. */
  private void follow() {
    BitSet seen = new BitSet();
    Deque<Integer> open = new ArrayDeque<>();
    open.push(offset(trie[0]));
    while (!open.isEmpty()) {
      int base = open.pop();
      if (seen.get(base)) {
        continue;
      }
      seen.set(base);
      for (int label = 1; label < 256; label++) {
        int unit = unit(base ^ label);
        if ((unit & 0x800000FF) == label) {
          int next = (base ^ label) ^ offset(unit);
          if ((unit >>> 8 & 1) == 1) {
            measure(unit(next) & Integer.MAX_VALUE);
          }
          if (next < 0 || next >= trie.length + 256) {
            throw broken("has a trie that leads out of itself");
          }
          open.push(next);
        }
      }
    }
  }

  private int unit(int place) {
    if (place < 0 || place >= trie.length) {
      throw broken("has a trie that leads out of itself");
    }
    return trie[place];
  }

  private static int offset(int unit) {
    return (unit >>> 10) << ((unit & 1 << 9) >>> 6);
  }

  /** Checks one replacement. It may begin anywhere and ends before a zero. */
  private void measure(int from) {
    if (from > replacements.length
        || from < replacements.length && (replacements[from] & 0xC0) == 0x80) {
      throw broken("has a replacement that is not there");
    }
    int characters = 0;
    for (int i = from; i < replacements.length && replacements[i] != 0; i++) {
      if ((replacements[i] & 0xC0) != 0x80) {
        characters++;
      }
    }
    longest = Math.max(longest, characters);
  }

  private WrongInput broken(String problem) {
    return part.wrong("precompiled_charsmap", problem);
  }
}
