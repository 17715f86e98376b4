package org.tributary.text;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tributary.error.WrongInput;

/** Prompts with a name. */
final class NamedPrompts {
  /** The column of an instruction's context in Dolly's rows. */
  private static final String DOLLY = "context";

  /** The same column in Stanford's rows. */
  private static final String STANFORD = "input";

  private static final Map<String, Prompt> NAMED =
      new TreeMap<>(
          Map.of(
              // The prompt in the public code of arXiv 2410.23111.
              "seed-paper",
              Prompt.plain(
                  "### INSTRUCTION\nAnswer the Question\n\n### QUESTION\n{question}\n\n### ANSWER\n"),
              "alpaca",
              alpaca(DOLLY),
              "plain",
              Prompt.plain(Prompt.QUESTION + "\n")));

  private NamedPrompts() {}

  /** The prompt of Taori et al. 2023. */
  private static Prompt alpaca(String input) {
    return new Prompt(
        "Below is an instruction that describes a task, paired with an input that provides"
            + " further context. Write a response that appropriately completes the"
            + " request.\n\n### Instruction:\n{instruction}\n\n### Input:\n{"
            + input
            + "}\n\n### Response:\n",
        "Below is an instruction that describes a task. Write a response that appropriately"
            + " completes the request.\n\n### Instruction:\n{instruction}\n\n### Response:\n",
        List.of(input),
        null);
  }

  /** A prompt by its name; null if the name is unknown. */
  static Prompt of(String name) {
    return NAMED.get(name);
  }

  static Set<String> names() {
    return NAMED.keySet();
  }

  /** A prompt for rows with these columns. */
  static Prompt fitting(Prompt prompt, Collection<String> existing) {
    if (!prompt.text().equals(NAMED.get("alpaca").text()) || !existing.contains(STANFORD)) {
      return prompt;
    }
    if (existing.contains(DOLLY)) {
      throw new WrongInput(
          "data.prompt: alpaca takes its input from the column %s or %s, and the rows have both; write the prompt as a text with {column}"
              .formatted(DOLLY, STANFORD));
    }
    Prompt other = alpaca(STANFORD);
    return new Prompt(other.text(), other.bare(), other.optional(), prompt.chat());
  }
}
