package org.tributary.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.tributary.error.WrongInput;
import org.tributary.text.jinja.Jinja;

/**
 * Finds the assistant's turns in a conversation that a chat template has rendered. If the template
 * marks them with {@code {% generation %}}, these marks count. Otherwise the answer of a turn is
 * replaced by a marker and the conversation is rendered again. The text before and after the marker
 * comes from the template; the text of the original in between is the answer, trimmed or shortened
 * as the template does. A template that moves, repeats or omits an answer is refused.
 */
final class AnswerSpans {
  /** The marker is invisible, has no white space, and does not occur in real text. */
  static final String MARK = "\u2063answer\u2063";

  private static final String THOUGHT_MARK = "\u2063thought\u2063";
  private static final String THINK = "<think>";
  private static final String THOUGHT = "</think>";

  private final ChatTemplate template;

  AnswerSpans(ChatTemplate template) {
    this.template = template;
  }

  /**
   * Renders a conversation and finds its answers.
   *
   * @param messages with {@code role} and {@code content}
   * @param chosen indices of the assistant's messages that count, in order, at least one
   * @return the text and the answers
   * @throws WrongInput if they cannot be found exactly
   */
  RenderedConversation of(List<Map<String, Object>> messages, List<Integer> chosen) {
    Jinja.Filled filled = template.whole(messages);
    if (!filled.generated().isEmpty()) {
      List<Integer> turns =
          IntStream.range(0, messages.size())
              .filter(i -> "assistant".equals(messages.get(i).get("role")))
              .boxed()
              .toList();
      return marked(filled, turns, chosen, keepsSystem(filled, messages));
    }
    List<RenderedConversation.Place> places = new ArrayList<>();
    boolean whole = keepsSystem(filled, messages);
    int behind = 0;
    for (int turn : chosen) {
      RenderedConversation.Place place = place(filled.text(), messages, turn);
      String kept = bare(filled.text().substring(place.from(), place.to()));
      String given = bare(content(messages, turn));
      boolean own = given.contains(kept) && kept.isEmpty() == given.isEmpty();
      if (place.from() < behind || !own) {
        throw notFound(turn);
      }
      whole &= kept.equals(given);
      behind = place.to();
      places.add(place);
    }
    return new RenderedConversation(filled.text(), places, false, whole);
  }

  private RenderedConversation marked(
      Jinja.Filled filled, List<Integer> turns, List<Integer> chosen, boolean whole) {
    List<Jinja.Part> parts = filled.generated();
    boolean all = chosen.size() == turns.size();
    if (!all && parts.size() != turns.size()) {
      throw new WrongInput(
          "%s: its chat template marks %d parts as generated for %d answers, so the ones that count cannot be determined; mark one for each answer, or let all count (data.turns: all, and no weight of 0 in the rows)"
              .formatted(template.name(), parts.size(), turns.size()));
    }
    List<RenderedConversation.Place> places = new ArrayList<>();
    for (int i = 0; i < parts.size(); i++) {
      if (all || chosen.contains(turns.get(i))) {
        places.add(new RenderedConversation.Place(parts.get(i).from(), parts.get(i).to()));
      }
    }
    return new RenderedConversation(filled.text(), places, true, whole);
  }

  /**
   * Some templates write a system message only before the last question, if the text ends with it.
   */
  private static boolean keepsSystem(Jinja.Filled filled, List<Map<String, Object>> messages) {
    return messages.stream()
        .filter(message -> "system".equals(message.get("role")))
        .allMatch(m -> bare(filled.text()).contains(bare((String) m.get("content"))));
  }

  private static String content(List<Map<String, Object>> messages, int turn) {
    return (String) messages.get(turn).get("content");
  }

  /** Removes white space, because templates trim and add it. */
  private static String bare(String text) {
    return text.replaceAll("\\s+", "");
  }

  private RenderedConversation.Place place(
      String whole, List<Map<String, Object>> messages, int turn) {
    String marked = with(messages, turn, MARK);
    int at = once(marked, MARK, turn);
    RenderedConversation.Place between = between(whole, at, marked.length() - at - MARK.length());
    if (between != null && fits(whole, marked, at, between)) {
      return between;
    }
    // Templates treat answers with a thinking part differently.
    String content = content(messages, turn);
    if (!content.contains(THOUGHT)) {
      throw notFound(turn);
    }
    boolean thinks = content.contains(THINK);
    String begin = thinks ? THINK + "\n" : "";
    String marks = begin + THOUGHT_MARK + "\n" + THOUGHT + "\n\n" + MARK;
    return thought(whole, with(messages, turn, marks), turn, thinks);
  }

  /** An answer whose thinking part the template keeps or leaves out. */
  private RenderedConversation.Place thought(
      String whole, String marked, int turn, boolean thinks) {
    int answer = once(marked, MARK, turn);
    int behind = marked.length() - answer - MARK.length();
    int thought = marked.indexOf(THOUGHT_MARK);
    int at = thought < 0 ? answer : thought;
    RenderedConversation.Place between = between(whole, at, behind);
    if (between == null
        || !whole.startsWith(marked.substring(0, at))
        || !whole.endsWith(marked.substring(marked.length() - behind))) {
      throw notFound(turn);
    }
    String before = marked.substring(0, at);
    int think = before.lastIndexOf(THINK);
    boolean own = thought >= 0 && thinks && think >= 0;
    return own && before.substring(think + THINK.length()).isBlank()
        ? new RenderedConversation.Place(think, between.to())
        : between;
  }

  private static boolean fits(
      String whole, String marked, int at, RenderedConversation.Place between) {
    return whole.startsWith(marked.substring(0, at))
        && whole.endsWith(marked.substring(at + MARK.length()))
        && between.to() <= whole.length();
  }

  /**
   * The text between a number of characters at the beginning and at the end; null if there is none.
   */
  private static RenderedConversation.Place between(String whole, int before, int behind) {
    int to = whole.length() - behind;
    return before <= to ? new RenderedConversation.Place(before, to) : null;
  }

  /** The conversation with another text in place of a turn. */
  private String with(List<Map<String, Object>> messages, int turn, String content) {
    List<Map<String, Object>> other = new ArrayList<>(messages);
    Map<String, Object> message = new HashMap<>(messages.get(turn));
    message.put("content", content);
    other.set(turn, message);
    return template.whole(other).text();
  }

  private int once(String text, String mark, int turn) {
    int at = text.indexOf(mark);
    if (at < 0 || text.indexOf(mark, at + 1) >= 0) {
      throw notFound(turn);
    }
    return at;
  }

  private WrongInput notFound(int turn) {
    return new WrongInput(
        ("%s: its chat template does not write the answer of message %d in exactly one place, so what"
                + " counts cannot be determined; mark answers with {%% generation %%} in the template%s")
            .formatted(template.name(), turn, ChatTemplate.AS_TEXT));
  }
}
