package org.tributary.run;

import java.io.IOException;
import java.util.Set;
import java.util.stream.Collectors;
import org.tributary.config.DataSection;
import org.tributary.rows.Manifest;
import org.tributary.rows.Schema;

/** The task that the rows of a set are for, as far as a decoder can do both. */
final class RowsTask {
  /** The prompt of a configuration that names none. */
  private static final String DEFAULT_PROMPT = "seed-paper";

  private RowsTask() {}

  /**
   * Whether rows are texts with a class: they have a text and a label, but no answer, and the
   * configuration has no prompt.
   *
   * @param data names the columns
   * @param rows the set
   * @return false if a decoder learns to write answers from them
   * @throws org.tributary.error.WrongInput if it is not a partitioned set
   * @throws IOException if a file system fails
   */
  static boolean classifies(DataSection data, PlannedRows rows) throws IOException {
    boolean prompts =
        data.messages() != null || data.message() != null || !data.prompt().equals(DEFAULT_PROMPT);
    if (prompts) {
      return false;
    }
    Manifest manifest = rows.manifest();
    Set<String> columns =
        manifest.columns().stream().map(Schema.Column::name).collect(Collectors.toSet());
    return !manifest.labels().isEmpty()
        && columns.containsAll(data.text())
        && !columns.contains(data.answer());
  }
}
