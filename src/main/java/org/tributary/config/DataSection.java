package org.tributary.config;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The data of a run. A classifier learns from text or image and label; a language model from prompt
 * and answer.
 *
 * @param path folder written by {@code partition}
 * @param text column with the input, or two columns with the texts of a pair
 * @param label column with the class
 * @param classes the labels of the data in the order of the classifier's rows; empty for the order
 *     of the checkpoint's {@code id2label}, or for a new classifier of the sorted labels
 * @param classNumbers whether the labels of the data are the numbers of the classifier's rows
 * @param prompt name of a prompt, or its text with {@code {column}} for values, or {@code chat} for
 *     the model's own chat template
 * @param shortPrompt the prompt text for rows in which the columns that it does not name are empty
 * @param message the question of a chat, by name or as a text
 * @param messages column of whole conversations; null if rows are questions and answers
 * @param turns which answers of a conversation count: {@code all} or {@code last}
 * @param system the system message of a chat; null for the template's default
 * @param template variables of the chat template by name, such as {@code enable_thinking}
 * @param date the date for the chat template; null for none
 * @param answer column with the text after the prompt
 * @param badRows the treatment of rows that cannot be used: {@code refuse} ends the run before it
 *     begins, {@code skip} leaves them out
 * @param augment random changes to the images that clients train on
 */
public record DataSection(
    @Key(
            value = "folder that partition wrote, a URI or path",
            required = true,
            example = "data-partitions/tickets")
        String path,
    @Key(
            value = "column with the input; two columns for pairs of texts",
            byDefault = "text",
            oneOrMore = true,
            min = 1,
            max = 2,
            example = "[premise, hypothesis]")
        List<String> text,
    @Key(value = "column with the class", byDefault = "label", example = "category") String label,
    @Key(
            value = "labels of the data in the order of the classifier's rows; [] for the model's",
            byDefault = "[]",
            later = true,
            example = "[bug, wish]")
        List<String> classes,
    @Key(
            value = "whether labels of the data are the numbers of the classifier's rows",
            byDefault = "false",
            later = true)
        boolean classNumbers,
    @Key(
            value =
                "prompt of a language model: seed-paper, alpaca, plain, chat, or a text with {column}",
            byDefault = "seed-paper",
            example = "alpaca")
        String prompt,
    @Key(
            value = "your own prompt for rows where the columns that it leaves out are empty",
            later = true,
            example = "\"Question: {question}\"")
        String shortPrompt,
    @Key(
            value = "question of a chat: a name as of prompt, or a text with {column}",
            example = "\"{question}\"")
        String message,
    @Key(value = "column of whole conversations, of a chat", later = true, example = "messages")
        String messages,
    @Key(
            value = "which answers of a conversation count",
            byDefault = "all",
            oneOf = {"all", "last"},
            later = true)
        String turns,
    @Key(value = "the system message of a chat", example = "You answer in one sentence.")
        String system,
    @Key(
            value = "variables of the chat template by name",
            scalars = true,
            later = true,
            example = "{enable_thinking: false}")
        Map<String, Object> template,
    @Key(
            value = "the date for the chat template, such as 2026-01-31",
            pattern = DATE,
            later = true,
            example = "2026-01-31")
        String date,
    @Key(value = "column with the answer to the prompt", byDefault = "answer", example = "response")
        String answer,
    @Key(
            value = "what to do with rows that cannot be used",
            byDefault = "refuse",
            oneOf = {"refuse", "skip"})
        String badRows,
    @Key("random changes to the images that clients train on") Augment augment)
    implements Section {

  /** The pattern of a date. */
  static final String DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}";

  /** The variables that a chat template always gets. */
  private static final Set<String> GIVEN =
      Set.of("messages", "add_generation_prompt", "continue_final_message", "tools", "documents");

  /** Only chats have messages; classes are assigned to rows in one way only. */
  @Override
  public List<String> problems() {
    List<String> problems =
        new ArrayList<>(
            new Chat(prompt, shortPrompt, message, messages, system, template, date).problems());
    if (classNumbers && !classes.isEmpty()) {
      problems.add(
          "classes and classNumbers both bind labels to the classifier's rows; remove one");
    }
    if (text.stream().distinct().count() < text.size()) {
      problems.add("text: names a column twice; a pair has two columns");
    }
    if (classes.stream().distinct().count() < classes.size()) {
      problems.add("classes: names a label twice; name each once");
    }
    return problems;
  }

  /**
   * The same data with other classes.
   *
   * @param names the labels of the data in the order of the classifier's rows
   * @return the section
   */
  public DataSection withClasses(List<String> names) {
    return new DataSection(
        path,
        text,
        label,
        names,
        false,
        prompt,
        shortPrompt,
        message,
        messages,
        turns,
        system,
        template,
        date,
        answer,
        badRows,
        augment);
  }

  /** Conversations contain their answers; other rows have one answer each. */
  @Override
  public List<UnreadKey> unread() {
    return messages == null
        ? List.of(new UnreadKey("turns", "messages", "without data.messages rows have one answer"))
        : List.of(
            new UnreadKey(
                "answer", "messages", "with data.messages conversations hold their answers"));
  }

  /** The keys of chats, for training and generation. */
  record Chat(
      String prompt,
      String shortPrompt,
      String message,
      String messages,
      String system,
      Map<String, Object> template,
      String date) {
    List<String> problems() {
      boolean chat = prompt.equals("chat");
      List<String> problems = new ArrayList<>();
      if (!chat && (message != null || system != null)) {
        problems.add(
            "message and system belong to a chat, but prompt is \"%s\"; say prompt: chat, or remove them"
                .formatted(prompt));
      }
      if (!chat && (template != null || date != null)) {
        problems.add(
            "template and date belong to a chat, but prompt is \"%s\"; say prompt: chat, or remove them"
                .formatted(prompt));
      }
      if (!chat && messages != null) {
        problems.add(
            "messages: conversations are written by the model's chat template; say prompt: chat");
      }
      if (messages != null && message != null) {
        problems.add(
            "message: rows with messages hold their questions; remove message or messages");
      }
      if (messages != null && shortPrompt != null) {
        problems.add("shortPrompt: rows with messages hold their questions; remove shortPrompt");
      } else if (chat && message == null && shortPrompt != null) {
        problems.add(
            "shortPrompt: in a chat it is the second form of message; give message as a text, or remove shortPrompt");
      }
      if (date != null && !isDay(date)) {
        problems.add("date: there is no day %s; write one such as 2026-01-31".formatted(date));
      }
      for (String name : template == null ? Set.<String>of() : template.keySet()) {
        if (GIVEN.contains(name)) {
          problems.add("template.%s: the rows decide on this variable; remove it".formatted(name));
        }
      }
      return problems;
    }

    private static boolean isDay(String date) {
      try {
        LocalDate.parse(date);
        return true;
      } catch (DateTimeParseException e) {
        return false;
      }
    }
  }

  /**
   * Random changes to images, only in training.
   *
   * @param flip whether half of the images are flipped horizontally
   * @param crop black pixels that are added on each side of the resized image, before a part of the
   *     model's size is cropped at random; 0 for none
   */
  public record Augment(
      @Key(value = "whether half of the images are mirrored", byDefault = "false") boolean flip,
      @Key(
              value = "pixels by which an image is moved at most, in both directions",
              byDefault = "0",
              min = 0,
              example = "4")
          int crop) {}
}
