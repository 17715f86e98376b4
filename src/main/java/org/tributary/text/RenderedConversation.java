package org.tributary.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A conversation rendered with the model's chat template, and the places of the assistant's turns.
 *
 * @param text the whole conversation, including special tokens
 * @param answers the turns that count in the loss, in order, at least one
 * @param closed whether the template marks everything that counts; otherwise the token that ends a
 *     turn is searched after it
 * @param whole whether the template wrote every system message and every answer unchanged, except
 *     for white space
 */
public record RenderedConversation(
    String text, List<Place> answers, boolean closed, boolean whole) {

  /**
   * A part of a text, in {@code char}s.
   *
   * @param from its begin
   * @param to its end, exclusive
   */
  public record Place(int from, int to) {}

  /** Keeps a copy of the list. */
  public RenderedConversation {
    answers = List.copyOf(answers);
  }

  /**
   * The conversation as ids, up to the last id that counts. A token counts if it has a character of
   * an answer. The end token after an answer and the white space between the two also count. If no
   * end token follows the last answer, one is added.
   *
   * @param tokens the model's tokenizer
   * @param special its end tokens
   * @return the ids, which of them count, and the begin of the last answer
   */
  LabelledTokens labelled(Tokenizer tokens, SpecialTokens special) {
    PlacedTokens placed = special.once(tokens.placed(text));
    List<int[]> ranges = new ArrayList<>();
    for (Place answer : answers) {
      ranges.add(range(placed, answer, special));
    }
    int[] last = ranges.get(ranges.size() - 1);
    int length = last[1];
    long[] ids = Arrays.copyOf(placed.ids(), length);
    boolean open = !closed && (length == 0 || !special.ends().contains(ids[length - 1]));
    if (open) {
      ids = Arrays.copyOf(ids, length + 1);
      ids[length] = special.end();
      last[1]++;
    }
    return LabelledTokens.of(ids, ranges);
  }

  /** The tokens of an answer: the index of the first one and of the one after the last. */
  private int[] range(PlacedTokens placed, Place answer, SpecialTokens special) {
    int from = 0;
    int count = placed.ids().length;
    while (from < count && placed.to()[from] <= answer.from()) {
      from++;
    }
    // A special token that includes the surrounding white space does not belong to the answer.
    while (from < count && placed.from()[from] < answer.from() && placed.added()[from]) {
      from++;
    }
    int to = from;
    while (to < count && placed.from()[to] < answer.to()) {
      to++;
    }
    return new int[] {from, closed ? to : behindEnd(placed, answer.to(), to, special)};
  }

  private int behindEnd(PlacedTokens placed, int behind, int next, SpecialTokens special) {
    for (int i = next; i < placed.ids().length; i++) {
      if (special.ends().contains(placed.ids()[i])) {
        return i + 1;
      }
      if (!text.substring(behind, Math.max(behind, placed.to()[i])).isBlank()) {
        break;
      }
    }
    return next;
  }
}
