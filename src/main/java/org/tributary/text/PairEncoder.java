package org.tributary.text;

import ai.djl.huggingface.tokenizers.Encoding;
import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.tributary.error.WrongInput;
import org.tributary.json.Json;
import org.tributary.text.tokenizer.TokenizerFile;

/**
 * Encodes pairs of texts. It has a tokenizer without truncation, made at the first pair, and cuts
 * pairs by {@link LongestFirst}. Threads may share it.
 */
final class PairEncoder implements AutoCloseable {
  private final TokenizerFile file;
  private final String name;
  private final int maxLength;
  private HuggingFaceTokenizer whole;

  /**
   * An encoder.
   *
   * @param file the tokenizer
   * @param name its name in messages
   * @param maxLength the most ids of a pair, including special tokens
   */
  PairEncoder(TokenizerFile file, String name, int maxLength) {
    this.file = file;
    this.name = name;
    this.maxLength = maxLength;
  }

  /**
   * A pair of texts as tokens.
   *
   * @param encoded at most maxLength tokens
   * @param cut whether tokens are left out
   */
  record Pair(Tokenizer.Encoded encoded, boolean cut) {}

  /**
   * Checks that there is room for tokens of two texts.
   *
   * @throws WrongInput if the special tokens around a pair take the whole length
   */
  void check() {
    if (file.aroundPair() >= maxLength) {
      throw new WrongInput(
          "%s puts %d special tokens around each pair of texts, so model.maxLength must be more than %d; raise it"
              .formatted(name, file.aroundPair(), file.aroundPair()));
    }
  }

  /**
   * Encodes a pair with special tokens.
   *
   * @param first may be empty
   * @param second may be empty
   * @return its tokens
   */
  Pair encode(String first, String second) {
    check();
    Encoding both = tokenizer().encode(first, second, true, false);
    int size = both.getIds().length;
    if (size <= maxLength) {
      return new Pair(
          new Tokenizer.Encoded(both.getIds(), both.getTypeIds(), both.getTokens()), false);
    }
    Encoding one = tokenizer().encode(first, false, false);
    int[] places =
        LongestFirst.of(
                read(one, first),
                read(tokenizer().encode(second, false, false), second),
                maxLength - file.aroundPair())
            .places(both.getSpecialTokenMask(), one.getIds().length);
    String[] tokens = both.getTokens();
    return new Pair(
        new Tokenizer.Encoded(
            at(places, both.getIds()),
            at(places, both.getTypeIds()),
            Arrays.stream(places).mapToObj(place -> tokens[place]).toArray(String[]::new)),
        true);
  }

  /** The tokens of a text that count, see {@link LongestFirst#read}. */
  private int read(Encoding encoding, String text) {
    PlacedTokens tokens = PlacedTokens.of(encoding, text, file.addedTokens());
    String[] names = encoding.getTokens();
    boolean[] added = new boolean[names.length];
    for (int i = 0; i < added.length; i++) {
      // A model's token for unknown words has the name of an added token, but not its text.
      added[i] =
          tokens.added()[i]
              && text.substring(tokens.from()[i], tokens.to()[i]).strip().equals(names[i]);
    }
    return LongestFirst.read(encoding.getWordIds(), added, maxLength);
  }

  private static long[] at(int[] places, long... values) {
    return Arrays.stream(places).mapToLong(place -> values[place]).toArray();
  }

  private synchronized HuggingFaceTokenizer tokenizer() {
    if (whole == null) {
      try {
        whole = Tokenizer.build(Json.bytes(file.json()), Integer.MAX_VALUE);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return whole;
  }

  @Override
  public synchronized void close() {
    if (whole != null) {
      whole.close();
    }
  }
}
