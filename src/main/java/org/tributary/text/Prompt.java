package org.tributary.text;

import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tributary.error.WrongInput;

/**
 * Makes a prompt from a row. The prompt is a text in which {@code {column}} is replaced by a
 * column's value. The text is used directly or as the question of a chat. Alternatively a column
 * has the messages of a whole chat.
 *
 * @param text text of the prompt; empty if a column has the messages
 * @param bare the text for rows whose {@code optional} columns are empty; null if there is none
 * @param optional the columns that may be empty
 * @param chat the chat whose question is the text; null if the text is used directly
 */
public record Prompt(String text, String bare, List<String> optional, Chat chat) {
  /** The name of prompts that follow the model's own chat template. */
  public static final String CHAT = "chat";

  private static final int LONGEST = 1 << 20;
  private static final int MOST_COLUMNS = 1000;
  private static final int SHOWN = 80;

  /** The default question of a chat. */
  static final String QUESTION = "{question}";

  private static final Pattern PLACE = Pattern.compile("\\{(\\w+)}");

  /**
   * A chat around questions, or with whole conversations.
   *
   * @param template the template of the model
   * @param system the system message; null for the template's own, if it has one
   * @param messages the column of whole conversations; null if rows are questions
   * @param last whether only the last answer of a conversation counts
   */
  public record Chat(ChatTemplate template, String system, String messages, boolean last) {}

  /** The source of the chat template, for prompts that need one. */
  @FunctionalInterface
  public interface Templates {
    /**
     * The model's template.
     *
     * @return the template, read from the model's folder
     * @throws IOException if the file system fails
     */
    ChatTemplate template() throws IOException;
  }

  /**
   * The keys of a configuration about prompts.
   *
   * @param prompt {@link #CHAT}, a name, or a text with at least one {@code {column}}
   * @param shortPrompt the text for rows in which the columns that it omits are empty; null for
   *     none
   * @param message the question of a chat, also a name or a text; null for {@code {question}}
   * @param chat the other keys of a chat
   */
  public record Keys(String prompt, String shortPrompt, String message, ChatKeys chat) {}

  /**
   * The keys of a configuration about chats.
   *
   * @param system the system message; null for the template's own
   * @param template variables of the chat template by name; null for none
   * @param date the date for the chat template, as {@code 2026-01-31}; null for none
   * @param messages the column of whole conversations; null if rows are questions
   * @param last whether only the last answer of a conversation counts
   */
  public record ChatKeys(
      String system, Map<String, Object> template, String date, String messages, boolean last) {
    /** No key is set. */
    static final ChatKeys NONE = new ChatKeys(null, null, null, null, false);
  }

  /**
   * Makes the prompt of a configuration.
   *
   * @param keys of the configuration
   * @param templates the model's chat template
   * @return the prompt
   * @throws WrongInput if it is not a prompt, or the template does not accept such messages
   * @throws IOException if a file system fails
   */
  public static Prompt of(Keys keys, Templates templates) throws IOException {
    if (!keys.prompt().equals(CHAT)) {
      return of("data.prompt", keys.prompt(), keys.shortPrompt());
    }
    ChatKeys said = keys.chat();
    LocalDate day = said.date() == null ? null : LocalDate.parse(said.date());
    ChatTemplate template = templates.template().with(said.template(), day);
    Chat chat = new Chat(template, said.system(), said.messages(), said.last());
    // A template that accepts no system message fails when it is rendered.
    template.prompt(chat.system(), "?");
    if (chat.messages() != null) {
      return new Prompt("", null, List.of(), chat);
    }
    String message = keys.message() == null ? QUESTION : keys.message();
    Prompt question = of("data.message", message, keys.shortPrompt());
    return new Prompt(question.text(), question.bare(), question.optional(), chat);
  }

  /**
   * A prompt by name, or from a text.
   *
   * @param given a name, or a text with at least one {@code {column}}
   * @return the prompt
   * @throws WrongInput if it is neither
   */
  public static Prompt of(String given) {
    return of("data.prompt", given, null);
  }

  /** A prompt from one text, without a short form. */
  static Prompt plain(String text) {
    return new Prompt(text, null, List.of(), null);
  }

  private static Prompt of(String key, String given, String shorter) {
    Prompt named = NamedPrompts.of(given);
    if (named != null && shorter == null) {
      return named;
    } else if (named != null) {
      throw new WrongInput(
          "data.shortPrompt: is the second form of a text of your own, and %s is the prompt %s; remove it, or write both as texts"
              .formatted(key, given));
    }
    Prompt own = plain(given);
    checkSize(key, given, own.columns().size());
    if (own.columns().isEmpty()) {
      throw new WrongInput(
          "%s: \"%s\" is not a known prompt (%s, %s), and as a text of your own it has no {column}"
              .formatted(
                  key,
                  given.length() > SHOWN ? given.substring(0, SHOWN) + "..." : given,
                  String.join(", ", NamedPrompts.names()),
                  CHAT));
    }
    return shorter == null ? own : own.or(key, shorter);
  }

  private static void checkSize(String key, String text, int columns) {
    if (text.length() > LONGEST || columns > MOST_COLUMNS) {
      throw new WrongInput(
          "%s: has %d characters and %d columns; at most %d and %d are possible, shorten it"
              .formatted(key, text.length(), columns, LONGEST, MOST_COLUMNS));
    }
  }

  /** The same with a short form. */
  private Prompt or(String key, String shorter) {
    List<String> kept = plain(shorter).columns();
    checkSize("data.shortPrompt", shorter, kept.size());
    List<String> left = new ArrayList<>(columns());
    left.removeAll(kept);
    if (left.isEmpty() || !columns().containsAll(kept)) {
      throw new WrongInput(
          "data.shortPrompt: is for rows whose columns are partly empty, so it has to leave out a {column} of %s, and to have no other; it has %s of %s"
              .formatted(key, kept, columns()));
    }
    return new Prompt(text, shorter, left, chat);
  }

  /**
   * The variant for rows with these columns. {@code alpaca} uses the column {@code context}, as in
   * Dolly's rows, or {@code input}, as in Stanford's rows.
   *
   * @param existing names of the rows' columns
   * @return the prompt for these columns
   * @throws WrongInput if {@code alpaca} could mean either column
   */
  public Prompt fitting(Collection<String> existing) {
    return NamedPrompts.fitting(this, existing);
  }

  /**
   * The columns that the prompt needs.
   *
   * @return names in the order of the text
   */
  public List<String> columns() {
    if (isConversation()) {
      return List.of(chat.messages());
    }
    Set<String> names = new LinkedHashSet<>();
    Matcher place = PLACE.matcher(text);
    while (place.find()) {
      names.add(place.group(1));
    }
    return new ArrayList<>(names);
  }

  /**
   * Whether rows are whole conversations.
   *
   * @return true if they are; then there is no column of answers
   */
  public boolean isConversation() {
    return chat != null && chat.messages() != null;
  }

  /**
   * Makes the prompt of a row.
   *
   * @param value a column's value by name; null for an empty one
   * @return the text of the prompt; a conversation that ends with an answer is cut before that
   *     answer
   */
  public String of(UnaryOperator<String> value) {
    if (isConversation()) {
      Conversation talk = conversation(value);
      int end = talk.messages().size();
      return chat.template().prompt(talk.before(talk.lastAnswer() == end - 1 ? end - 1 : end));
    }
    String filled = filled(value);
    return chat == null ? filled : chat.template().prompt(chat.system(), filled);
  }

  /**
   * Makes a row with its answer. For a chat this includes the whole conversation, with the answers
   * in the places that the template gives them.
   *
   * @param value a column's value by name; null for an empty one
   * @param answer answer to the prompt; unused for a conversation
   * @return the row for training
   * @throws WrongInput if there is no answer, or its place cannot be determined
   */
  GenerationSet.PromptAndAnswer asked(UnaryOperator<String> value, String answer) {
    if (isConversation()) {
      return asked(conversation(value));
    }
    String filled = filled(value);
    if (chat == null) {
      return new GenerationSet.PromptAndAnswer(filled, answer, null);
    }
    List<Map<String, Object>> messages = ChatTemplate.messages(chat.system(), filled);
    String prompt = chat.template().prompt(messages);
    messages.add(ChatTemplate.message("assistant", answer));
    int last = messages.size() - 1;
    return new GenerationSet.PromptAndAnswer(
        prompt, answer, new AnswerSpans(chat.template()).of(messages, List.of(last)));
  }

  private GenerationSet.PromptAndAnswer asked(Conversation talk) {
    List<Integer> counting = talk.counting();
    if (counting.isEmpty()) {
      throw new WrongInput(
          "column %s holds no answer that counts; leave the row out".formatted(chat.messages()));
    }
    int last = talk.lastAnswer();
    List<Integer> chosen =
        chat.last() ? counting.subList(counting.size() - 1, counting.size()) : counting;
    return new GenerationSet.PromptAndAnswer(
        chat.template().prompt(talk.before(last)),
        (String) talk.messages().get(last).get("content"),
        new AnswerSpans(chat.template()).of(talk.messages(), chosen));
  }

  private Conversation conversation(UnaryOperator<String> value) {
    String json = value.apply(chat.messages());
    if (json == null || json.isBlank()) {
      throw new WrongInput(
          "column %s is empty; fill it in or leave the row out".formatted(chat.messages()));
    }
    return Conversation.of(json, chat.messages(), chat.system());
  }

  private String filled(UnaryOperator<String> value) {
    boolean isShort =
        !optional.isEmpty() && optional.stream().map(value).allMatch(v -> v == null || v.isBlank());
    return PLACE
        .matcher(isShort ? bare : text)
        .replaceAll(
            place -> {
              String given = value.apply(place.group(1));
              return Matcher.quoteReplacement(given == null ? "" : given);
            });
  }
}
