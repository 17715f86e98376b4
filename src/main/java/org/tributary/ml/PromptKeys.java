package org.tributary.ml;

import java.io.IOException;
import java.io.Serializable;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.text.ChatTemplate;
import org.tributary.text.Prompt;

/**
 * How a row becomes a prompt: by the text of one column, or as the job {@code generate} makes it of
 * several.
 *
 * @param column of the whole prompt
 * @param prompt a name such as {@code alpaca} or {@code chat}, or a text with {@code {column}};
 *     null if a column has the whole prompt
 * @param message the question of a chat, a name or a text with {@code {column}}; null for the text
 *     of the column
 * @param system the system message of a chat; null for the template's own
 */
record PromptKeys(String column, String prompt, String message, String system)
    implements Serializable {
  /** A column's name within the text of a prompt. */
  private static final String PLACE = "\\w+";

  /** The name of the column if a prompt is its text alone. */
  private static final String WHOLE = "prompt";

  /**
   * Makes the prompt.
   *
   * @param store reaches the model's folder
   * @param model the folder, which may have a chat template
   * @param existing names of the rows' columns
   * @throws WrongInput if the keys are not a prompt, or the model has no such chat template
   * @throws IOException if a file system fails
   */
  Prompt of(Store store, Path model, List<String> existing) throws IOException {
    if (prompt == null) {
      return Prompt.of("{" + WHOLE + "}");
    }
    boolean named = message == null && column.matches(PLACE);
    String question = named ? "{" + column + "}" : message;
    try {
      return Prompt.of(
              new Prompt.Keys(
                  prompt,
                  null,
                  prompt.equals(Prompt.CHAT) ? question : null,
                  new Prompt.ChatKeys(system, null, null, null, false)),
              () -> ChatTemplate.read(store, model))
          .fitting(existing);
    } catch (WrongInput e) {
      throw new WrongInput(e.getMessage().replaceFirst("^data\\.", ""), e);
    }
  }

  /** The columns that a prompt reads. */
  List<String> columns(Prompt made) {
    return prompt == null ? List.of(column) : made.columns();
  }

  /** A prompt's text. */
  String text(Prompt made, List<String> names, List<String> values) {
    return made.of(name -> values.get(prompt == null ? 0 : names.indexOf(name)));
  }
}
