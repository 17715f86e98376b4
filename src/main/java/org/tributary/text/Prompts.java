package org.tributary.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.tributary.batch.TextBatch;

/**
 * Prompts to be continued, as ids. One that is too long loses its left, except for a leading
 * special token.
 *
 * @param texts in the order of the rows
 * @param special the tokens that begin and end texts
 * @param maxLength the most ids of a row, what is written among them
 */
public record Prompts(List<String> texts, SpecialTokens special, int maxLength) {

  /**
   * A prompt's ids, whole.
   *
   * @param row its index
   * @param tokens how text becomes ids
   * @return may be empty where the text is, and the tokenizer adds nothing
   */
  public long[] ids(int row, Tokens tokens) {
    return special.prompt(tokens, texts.get(row));
  }

  /**
   * The right end of a prompt.
   *
   * @param ids of the prompt
   * @param most ids to keep, at least 1
   * @param tokens how text becomes ids
   * @return the same, or its right end behind its leading special token if it has one
   */
  long[] cut(long[] ids, int most, Tokens tokens) {
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
   * @param length its ids
   * @param room ids that must stay free behind it
   * @return true where it is too long
   */
  public boolean isCut(int length, int room) {
    return length > Math.max(1, maxLength - room);
  }

  /**
   * Prompts side by side.
   *
   * @param ids of each prompt, whole, at least one
   * @param tokens how text becomes ids
   * @param room ids that must stay free behind a prompt
   * @return a batch whose labels are all ignored
   */
  public TextBatch batch(List<long[]> ids, Tokens tokens, int room) {
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
