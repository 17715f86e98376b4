package org.tributary.data;

import java.io.IOException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.tributary.error.WrongInput;

/**
 * How a row becomes a prompt: a text in which {@code {column}} stands for a column's value, alone
 * or as the question of a chat.
 *
 * @param text of the prompt
 * @param bare the text for rows whose {@code optional} column is empty; null where there is none
 * @param optional the column that may be empty; null where there is none
 * @param chat what the text is the question of; null where it stands alone
 */
public record Prompt(String text, String bare, String optional, Chat chat) {
  /** The name of prompts that follow the model's own chat template. */
  public static final String CHAT = "chat";

  /** The question of a chat, where nothing else is said. */
  private static final String QUESTION = "{question}";

  private static final Pattern PLACE = Pattern.compile("\\{(\\w+)}");

  /** Prompts with a name. */
  private static final Map<String, Prompt> NAMED =
      new TreeMap<>(
          Map.of(
              // The one of the public code of arXiv 2410.23111.
              "seed-paper",
              new Prompt(
                  "### INSTRUCTION\nAnswer the Question\n\n### QUESTION\n{question}\n\n### ANSWER\n",
                  null,
                  null,
                  null),
              // Taori et al. 2023, with the column names of Dolly.
              "alpaca",
              new Prompt(
                  "Below is an instruction that describes a task, paired with an input that provides"
                      + " further context. Write a response that appropriately completes the"
                      + " request.\n\n### Instruction:\n{instruction}\n\n### Input:\n{context}\n\n###"
                      + " Response:\n",
                  "Below is an instruction that describes a task. Write a response that appropriately"
                      + " completes the request.\n\n### Instruction:\n{instruction}\n\n###"
                      + " Response:\n",
                  "context",
                  null),
              "plain",
              new Prompt(QUESTION + "\n", null, null, null)));

  /**
   * A chat around questions.
   *
   * @param template the model's
   * @param system what the model is told first; null for the template's own, if it has one
   */
  public record Chat(ChatTemplate template, String system) {}

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
   * @param message the question of a chat: a name or a text, too; null for {@code {question}}
   * @param system what the model is told first in a chat; null for the template's own
   * @param template variables of the chat template by name; null for none
   * @param date the day that the chat template is told, as {@code 2026-01-31}; null for none
   */
  public record Keys(
      String prompt, String message, String system, Map<String, Object> template, String date) {

    /** A chat whose template gets no variables. */
    Keys(String prompt, String message, String system) {
      this(prompt, message, system, null, null);
    }
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
      return of(keys.prompt());
    }
    Prompt message = of(keys.message() == null ? QUESTION : keys.message());
    LocalDate day = keys.date() == null ? null : LocalDate.parse(keys.date());
    Chat chat = new Chat(templates.template().with(keys.template(), day), keys.system());
    // A template that takes no system message says so when it is filled in.
    chat.template().prompt(chat.system(), "?");
    return new Prompt(message.text(), message.bare(), message.optional(), chat);
  }

  /**
   * A prompt by name, or one's own.
   *
   * @param given a name, or a text with at least one {@code {column}}
   * @return the prompt
   * @throws WrongInput if it is neither
   */
  public static Prompt of(String given) {
    Prompt named = NAMED.get(given);
    if (named != null) {
      return named;
    }
    Prompt own = new Prompt(given, null, null, null);
    if (own.columns().isEmpty()) {
      throw new WrongInput(
          "data.prompt: \"%s\" is no known prompt (%s, %s), and as a text of your own it has no {column}"
              .formatted(given, String.join(", ", NAMED.keySet()), CHAT));
    }
    return own;
  }

  /**
   * The columns it needs.
   *
   * @return names in the order of the text
   */
  public List<String> columns() {
    Set<String> names = new LinkedHashSet<>();
    Matcher place = PLACE.matcher(text);
    while (place.find()) {
      names.add(place.group(1));
    }
    return new ArrayList<>(names);
  }

  /**
   * Fills in a row.
   *
   * @param value a column's value by name; null for an empty one
   * @return the prompt's text
   */
  public String of(UnaryOperator<String> value) {
    String filled = filled(value);
    return chat == null ? filled : chat.template().prompt(chat.system(), filled);
  }

  /**
   * A row of a chat as a whole conversation, with its answer where the template puts it.
   *
   * @param value a column's value by name; null for an empty one
   * @param answer to the question
   * @return the conversation; null where the prompt is no chat
   * @throws WrongInput where the answer's place cannot be told
   */
  Turns turns(UnaryOperator<String> value, String answer) {
    if (chat == null) {
      return null;
    }
    List<Map<String, Object>> messages = ChatTemplate.messages(chat.system(), filled(value));
    messages.add(ChatTemplate.message("assistant", answer));
    return new AnswerPlaces(chat.template()).of(messages, true);
  }

  private String filled(UnaryOperator<String> value) {
    String chosen = text;
    if (optional != null) {
      String given = value.apply(optional);
      chosen = given == null || given.isBlank() ? bare : text;
    }
    return PLACE
        .matcher(chosen)
        .replaceAll(
            place -> {
              String given = value.apply(place.group(1));
              return Matcher.quoteReplacement(given == null ? "" : given);
            });
  }
}
