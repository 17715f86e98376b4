package org.tributary.setup;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.setup.Columns.Found;
import org.tributary.text.Prompt;

/**
 * The columns of a set and what a model learns from them.
 *
 * @param label column of the class; null for a language model
 * @param owner column of the owner; null if there is none
 * @param data keys of the section {@code data} beside the path, as YAML
 * @param template the text of a row for the tokenizer, with {@code {column}}; null for images
 * @param notes what was guessed and why
 */
record TaskGuess(
    String label, String owner, Map<String, String> data, String template, List<String> notes) {

  /**
   * Guesses the task of a model on a set.
   *
   * @param store reaches the model
   * @param model the model
   * @param look the set
   * @throws WrongInput if no columns fit
   */
  static TaskGuess of(Store store, ModelLook model, DataLook look) throws IOException {
    return model.writes() ? writing(store, model, look) : classifying(model, look);
  }

  /**
   * Whether a language model should classify the rows, as runs decide it, too: they have a class,
   * and neither answers nor conversations.
   */
  static boolean isOfClasses(DataLook look) {
    Columns columns = new Columns(look.sample());
    return columns.messages().isEmpty()
        && columns.answer().isEmpty()
        && columns.label().isPresent();
  }

  /** Whether rows have two texts. */
  boolean hasPairs() {
    return data.getOrDefault("text", "").startsWith("[");
  }

  private static TaskGuess classifying(ModelLook model, DataLook look) {
    List<String> notes = new ArrayList<>();
    Map<String, String> data = new LinkedHashMap<>();
    Columns columns = new Columns(look.sample());
    boolean folders = look.isOfImages() && look.image() == null;
    Found label =
        folders
            ? new Found("label", "images get it from their folders or their IDX file")
            : columns.label().orElseThrow(() -> without(look, "the class", "label"));
    notes.add("label: %s (%s)".formatted(label.column(), label.why()));
    Set<String> others = new HashSet<>(Set.of(label.column()));
    String template = null;
    if (!label.column().equals("label")) {
      data.put("label", Yaml.text(label.column()));
    }
    List<String> pair = model.seesImages() ? List.of() : columns.pair(label.column());
    if (!pair.isEmpty()) {
      notes.add(
          "text: %s (their names, as those of the two texts of a pair)"
              .formatted(String.join(" and ", pair)));
      data.put("text", Yaml.list(pair));
      others.addAll(pair);
      template = "{%s}\n{%s}".formatted(pair.get(0), pair.get(1));
    } else if (!model.seesImages()) {
      Found text =
          columns.text(label.column()).orElseThrow(() -> without(look, "the text", "text"));
      notes.add("text: %s (%s)".formatted(text.column(), text.why()));
      data.put("text", Yaml.text(text.column()));
      others.add(text.column());
      template = "{" + text.column() + "}";
    }
    return owned(columns, others, new TaskGuess(label.column(), null, data, template, notes));
  }

  private static TaskGuess writing(Store store, ModelLook model, DataLook look) throws IOException {
    Columns columns = new Columns(look.sample());
    boolean chat = model.hasChat(store);
    Optional<Found> messages = columns.messages();
    if (messages.isPresent()) {
      if (!chat) {
        throw new WrongInput(
            "%s: the column %s holds conversations, which need a model with a chat template; name such a model, or rows of a question and an answer"
                .formatted(look.path(), messages.get().column()));
      }
      String column = messages.get().column();
      return owned(
          columns,
          Set.of(column),
          new TaskGuess(
              null,
              null,
              new LinkedHashMap<>(Map.of("prompt", "chat", "messages", Yaml.text(column))),
              "{" + column + "}",
              new ArrayList<>(
                  List.of(
                      "messages: %s (%s)".formatted(column, messages.get().why()),
                      "prompt: chat (the model has a chat template)"))));
    }
    Found answer = columns.answer().orElseThrow(() -> without(look, "the answer", "answer"));
    Found question =
        columns
            .question(answer.column())
            .orElseThrow(() -> without(look, "the question", "question"));
    return asked(columns, chat, question, answer);
  }

  private static TaskGuess asked(Columns columns, boolean chat, Found question, Found answer) {
    List<String> notes = new ArrayList<>();
    notes.add("question: %s (%s)".formatted(question.column(), question.why()));
    notes.add("answer: %s (%s)".formatted(answer.column(), answer.why()));
    Map<String, String> data = new LinkedHashMap<>();
    Set<String> there = columns.sample().columns().keySet();
    boolean alpaca =
        question.column().equals("instruction")
            && there.contains("context") != there.contains("input");
    String name = question.column().equals("question") ? "seed-paper" : null;
    String named = alpaca ? "alpaca" : name;
    String template = named == null ? "{" + question.column() + "}\n" : Prompt.of(named).text();
    if (chat) {
      data.put("prompt", "chat");
      data.put("message", alpaca ? "alpaca" : Yaml.quoted("{" + question.column() + "}"));
      notes.add("prompt: chat (the model has a chat template)");
    } else {
      data.put("prompt", named == null ? "\"{%s}\\n\"".formatted(question.column()) : named);
      notes.add("prompt: %s (the model has no chat template)".formatted(data.get("prompt")));
    }
    data.put("answer", Yaml.text(answer.column()));
    Set<String> others = Set.of(question.column(), answer.column());
    return owned(
        columns,
        others,
        new TaskGuess(null, null, data, template + "{" + answer.column() + "}", notes));
  }

  private static TaskGuess owned(Columns columns, Set<String> others, TaskGuess guess) {
    Optional<Found> owner = columns.owner(others);
    if (owner.isEmpty()) {
      guess.notes().add("owner: no column says whose a row is, so that rows are split at random");
      return guess;
    }
    guess.notes().add("owner: %s (%s)".formatted(owner.get().column(), owner.get().why()));
    return new TaskGuess(
        guess.label(), owner.get().column(), guess.data(), guess.template(), guess.notes());
  }

  private static WrongInput without(DataLook look, String what, String name) {
    return new WrongInput(
        "%s: none of the columns %s is evidently %s; rename the column to %s, or write the files by hand as in README.md"
            .formatted(
                look.path(), String.join(", ", look.sample().columns().keySet()), what, name));
  }
}
