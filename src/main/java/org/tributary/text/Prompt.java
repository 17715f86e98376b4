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
 * How a row becomes a prompt: a text in which {@code {column}} stands for a column's value, alone
 * or as the question of a chat; or a chat whose messages a column holds.
 *
 * @param text of the prompt; empty where a column holds the messages
 * @param bare the text for rows whose {@code optional} columns are empty; null where there is none
 * @param optional the columns that may be empty
 * @param chat what the text is the question of; null where it stands alone
 */
public record Prompt(String text, String bare, List<String> optional, Chat chat) {
  /** The name of prompts that follow the model's own chat template. */
  public static final String CHAT = "chat";

  private static final int LONGEST = 1 << 20;
  private static final int MOST_COLUMNS = 1000;
  private static final int SHOWN = 80;

  /** The question of a chat, where nothing else is said. */
  static final String QUESTION = "{question}";

  private static final Pattern PLACE = Pattern.compile("\\{(\\w+)}");

  /**
   * A chat around questions, or of whole conversations.
   *
   * @param template the model's
   * @param system the system message; null for the template's own, if it has one
   * @param messages the column of whole conversations; null where rows are questions
   * @param last whether of a conversation the last answer alone counts
   */
  public record Chat(ChatTemplate template, String system, String messages, boolean last) {}

  /** Where a chat template comes from, if one is asked for. */
  @FunctionalInterface
  public interface Templates {
    /**
     * The model's template.
     *
     * @return read from its folder
     * @throws IOException where the file system fails
     */
    ChatTemplate template() throws IOException;
  }

  /**
   * What a configuration says of prompts.
   *
   * @param prompt {@link #CHAT}, a name, or a text with at least one {@code {column}}
   * @param shortPrompt the text for rows where the columns that it leaves out are empty; null for
   *     none
   * @param message the question of a chat: a name or a text, too; null for {@code {question}}
   * @param chat what else is said of a chat
   */
  public record Keys(String prompt, String shortPrompt, String message, ChatKeys chat) {}

  /**
   * What a configuration says of chats.
   *
   * @param system the system message; null for the template's own
   * @param template variables of the chat template by name; null for none
   * @param date the date for the chat template, as {@code 2026-01-31}; null for none
   * @param messages the column of whole conversations; null where rows are questions
   * @param last whether of a conversation the last answer alone counts
   */
  public record ChatKeys(
      String system, Map<String, Object> template, String date, String messages, boolean last) {
    /** Nothing is said. */
    static final ChatKeys NONE = new ChatKeys(null, null, null, null, false);
  }

  /**
   * The prompt that a configuration asks for.
   *
   * @param keys of the configuration
   * @param templates the model's chat template
   * @return the prompt
   * @throws WrongInput if it is none, or the template does not take such messages
   * @throws IOException where a file system fails
   */
  public static Prompt of(Keys keys, Templates templates) throws IOException {
    if (!keys.prompt().equals(CHAT)) {
      return of("data.prompt", keys.prompt(), keys.shortPrompt());
    }
    ChatKeys said = keys.chat();
    LocalDate day = said.date() == null ? null : LocalDate.parse(said.date());
    ChatTemplate template = templates.template().with(said.template(), day);
    Chat chat = new Chat(template, said.system(), said.messages(), said.last());
    // A template that takes no system message says so when it is filled in.
    template.prompt(chat.system(), "?");
    if (chat.messages() != null) {
      return new Prompt("", null, List.of(), chat);
    }
    String message = keys.message() == null ? QUESTION : keys.message();
    Prompt question = of("data.message", message, keys.shortPrompt());
    return new Prompt(question.text(), question.bare(), question.optional(), chat);
  }

  /**
   * A prompt by name, or one's own.
   *
   * @param given a name, or a text with at least one {@code {column}}
   * @return the prompt
   * @throws WrongInput if it is neither
   */
  public static Prompt of(String given) {
    return of("data.prompt", given, null);
  }

  /** A text alone, without a second form. */
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
          "%s: \"%s\" is no known prompt (%s, %s), and as a text of your own it has no {column}"
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

  /** The same with a second form. */
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
   * The same for rows with these columns: {@code alpaca} calls what an instruction is about {@code
   * context}, as Dolly does, or {@code input}, as Stanford's rows do.
   *
   * @param existing names of the rows' columns
   * @return the prompt that these rows have the columns for
   * @throws WrongInput where {@code alpaca} could mean either column
   */
  public Prompt fitting(Collection<String> existing) {
    return NamedPrompts.fitting(this, existing);
  }

  /**
   * The columns it needs.
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
   * @return then no column holds the answer alone
   */
  public boolean isConversation() {
    return chat != null && chat.messages() != null;
  }

  /**
   * Fills in a row.
   *
   * @param value a column's value by name; null for an empty one
   * @return the prompt's text, of a conversation up to where its last answer begins if it ends with
   *     one
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
   * A row with its answer: of a chat also the whole conversation, with answers where the template
   * puts them.
   *
   * @param value a column's value by name; null for an empty one
   * @param answer to the prompt; of a conversation nothing
   * @return to be trained
   * @throws WrongInput where there is no answer, or its place cannot be determined
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
