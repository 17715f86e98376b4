package org.tributary.data;

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
 * How a row becomes a prompt: a text in which {@code {column}} stands for a column's value.
 *
 * @param text of the prompt
 * @param bare the text for rows whose {@code optional} column is empty; null where there is none
 * @param optional the column that may be empty; null where there is none
 */
public record Prompt(String text, String bare, String optional) {
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
                  "context"),
              "plain",
              new Prompt("{question}\n", null, null)));

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
    Prompt own = new Prompt(given, null, null);
    if (own.columns().isEmpty()) {
      throw new WrongInput(
          "data.prompt: \"%s\" is no known prompt (%s), and as a text of your own it has no {column}"
              .formatted(given, String.join(", ", NAMED.keySet())));
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
