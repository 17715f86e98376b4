package org.tributary.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tributary.batch.TextBatch;

/**
 * Prompts to continue, as ids. A prompt that is too long loses its left, except for a leading
 * special token.
 *
 * @param texts in the order of the rows
 * @param special the tokens that begin and end texts
 * @param maxLength the most ids of a row, including the generated ones
 */
public record Prompts(List<String> texts, SpecialTokens special, int maxLength) {

  /**
   * The ids of a whole prompt.
   *
   * @param row its index
   * @param tokens the tokenizer
   * @return the ids; empty if the text is empty and the tokenizer adds nothing
   */
  public long[] ids(int row, Tokenizer tokens) {
    return special.prompt(tokens, texts.get(row));
  }

  /**
   * The right end of a prompt.
   *
   * @param ids of the prompt
   * @param most ids to keep, at least 1
   * @param tokens the tokenizer
   * @return the same, or its right end after its leading special token if it has one
   */
  long[] cut(long[] ids, int most, Tokenizer tokens) {
    if (ids.length <= most) {
      return ids;
    }
    long[] cut = Arrays.copyOfRange(ids, ids.length - most, ids.length);
    if (special.leads(tokens, ids[0])) {
      cut[0] = ids[0];
    }
    return cut;
  }

  /**
   * Whether a prompt must be cut.
   *
   * @param length number of its ids
   * @param room number of ids that must stay free after it
   * @return true if it is too long
   */
  public boolean isCut(int length, int room) {
    return length > Math.max(1, maxLength - room);
  }

  /**
   * Puts prompts into a batch.
   *
   * @param ids of each prompt, whole, at least one
   * @param tokens the tokenizer
   * @param room number of ids that must stay free after a prompt
   * @return a batch whose labels are all ignored
   */
  public TextBatch batch(List<long[]> ids, Tokenizer tokens, int room) {
    List<LabelledTokens> kept = new ArrayList<>();
    int truncated = 0;
    for (long[] whole : ids) {
      long[] prompt = cut(whole, Math.max(1, maxLength - room), tokens);
      truncated += isCut(whole.length, room) ? 1 : 0;
      kept.add(new LabelledTokens(prompt, new boolean[prompt.length], prompt.length));
    }
    return LabelledTokens.padded(kept, truncated, special.pad());
  }
}
