package org.tributary.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * The rows of one part (a client's training rows, the global test rows) as text classification.
 *
 * @param examples in file order, at least one
 * @param labels the declared labels; an example's label is an index into them
 */
public record ClassificationSet(List<Example> examples, List<String> labels) {

  /**
   * Which columns hold what.
   *
   * @param text the column of the text; numbers are read as text
   * @param label the column of the label
   */
  public record Columns(String text, String label) {}

  /**
   * Reads a folder of Parquet files, in the order of their names.
   *
   * @param store where it lies
   * @param folder such as {@code client=0003/train}
   * @param columns text and label
   * @param labels the declared labels
   * @param tokens how text becomes ids; an empty text gives the special tokens alone
   * @return the rows
   * @throws IOException where the file system fails
   * @throws WrongInput where the folder has no rows, a file is no Parquet, a column is missing, a
   *     value is missing, or a label is not declared
   */
  public static ClassificationSet read(
      Store store, Path folder, Columns columns, List<String> labels, Tokens tokens)
      throws IOException {
    Map<String, Integer> index = new HashMap<>();
    for (String label : labels) {
      index.put(label, index.size());
    }
    List<Example> examples = new ArrayList<>();
    for (FileStatus status : store.list(folder)) {
      Path file = status.getPath();
      if (file.getName().endsWith(".parquet")) {
        List<String> names = List.of(columns.text(), columns.label());
        try (ParquetReading rows = ParquetRows.read(store, file, names)) {
          for (long row = 0; rows.hasNext(); row++) {
            examples.add(example(rows.next(), columns, index, tokens, file + ", row " + row));
          }
        }
      }
    }
    if (examples.isEmpty()) {
      throw new WrongInput(
          folder
              + " holds no rows; a client needs at least one, so partition again or leave it out");
    }
    return new ClassificationSet(List.copyOf(examples), List.copyOf(labels));
  }

  private static Example example(
      Row row, Columns columns, Map<String, Integer> index, Tokens tokens, String where) {
    String text = row.text(columns.text());
    String label = row.text(columns.label());
    if (text == null || label == null) {
      throw new WrongInput(
          "%s: column %s is empty; fill it in or leave the row out"
              .formatted(where, text == null ? columns.text() : columns.label()));
    }
    Integer known = index.get(label);
    if (known == null) {
      throw new WrongInput(
          "%s: label \"%s\" in column %s is not among the declared labels %s%s"
              .formatted(
                  where,
                  label,
                  columns.label(),
                  index.keySet().stream().sorted().toList(),
                  Nearest.to(label, index.keySet())
                      .map(n -> "; did you mean \"" + n + "\"?")
                      .orElse("; correct it or declare it")));
    }
    return new Example(tokens.ids(text), known);
  }

  /**
   * A batch of some rows.
   *
   * @param rows indices of examples, as {@link BatchOrder} gives them
   * @param padId what fills up short rows
   * @return [rows, longest]
   */
  public Batch batch(int[] rows, int padId) {
    return Batch.of(Arrays.stream(rows).mapToObj(examples::get).toList(), padId);
  }
}
