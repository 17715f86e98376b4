package org.tributary.data;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;

/**
 * The rows of one part (a client's training rows, the global test rows) as text classification.
 * Texts become ids when a batch asks for them: a round of few steps sees few of a client's rows.
 */
public final class ClassificationSet {
  private final List<String> texts;
  private final int[] classes;
  private final List<String> labels;

  private ClassificationSet(List<String> texts, int[] classes, List<String> labels) {
    this.texts = texts;
    this.classes = classes;
    this.labels = labels;
  }

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
   * @return the rows, at least one
   * @throws IOException where the file system fails
   * @throws WrongInput where the folder has no rows, a file is no Parquet, a column is missing, a
   *     value is missing, or a label is not declared
   */
  public static ClassificationSet read(
      Store store, Path folder, Columns columns, List<String> labels) throws IOException {
    Map<String, Integer> index = new HashMap<>();
    for (String label : labels) {
      index.put(label, index.size());
    }
    List<String> texts = new ArrayList<>();
    IntStream.Builder classes = IntStream.builder();
    for (FileStatus status : store.list(folder)) {
      Path file = status.getPath();
      if (file.getName().endsWith(".parquet")) {
        List<String> names = List.of(columns.text(), columns.label());
        try (ParquetReading rows = ParquetRows.read(store, file, names)) {
          for (long number = 0; rows.hasNext(); number++) {
            Row row = rows.next();
            String where = file + ", row " + number;
            texts.add(value(row, columns.text(), where));
            classes.add(classOf(row, columns.label(), index, where));
          }
        }
      }
    }
    if (texts.isEmpty()) {
      throw new WrongInput(
          folder
              + " holds no rows; a client needs at least one, so partition again or leave it out");
    }
    return new ClassificationSet(texts, classes.build().toArray(), List.copyOf(labels));
  }

  private static String value(Row row, String column, String where) {
    String value = row.text(column);
    if (value == null) {
      throw new WrongInput(
          "%s: column %s is empty; fill it in or leave the row out".formatted(where, column));
    }
    return value;
  }

  private static int classOf(Row row, String column, Map<String, Integer> index, String where) {
    String label = value(row, column, where);
    Integer known = index.get(label);
    if (known == null) {
      throw new WrongInput(
          "%s: label \"%s\" in column %s is not among the declared labels %s%s"
              .formatted(
                  where,
                  label,
                  column,
                  index.keySet().stream().sorted().toList(),
                  Nearest.to(label, index.keySet())
                      .map(n -> "; did you mean \"" + n + "\"?")
                      .orElse("; correct it or declare it")));
    }
    return known;
  }

  /**
   * How many rows there are.
   *
   * @return at least 1
   */
  public int size() {
    return texts.size();
  }

  /**
   * The declared labels.
   *
   * @return an example's label is an index into them
   */
  public List<String> labels() {
    return labels;
  }

  /**
   * One row.
   *
   * @param row 0 to size - 1, in file order
   * @param tokens how text becomes ids; an empty text gives the special tokens alone
   * @return ids and label
   */
  public Example example(int row, Tokens tokens) {
    return new Example(tokens.ids(texts.get(row)), classes[row]);
  }

  /**
   * A batch of some rows.
   *
   * @param rows as {@link BatchOrder} gives them
   * @param tokens how text becomes ids
   * @param padId what fills up short rows
   * @return [rows, longest]
   */
  public Batch batch(int[] rows, Tokens tokens, int padId) {
    return Batch.of(Arrays.stream(rows).mapToObj(row -> example(row, tokens)).toList(), padId);
  }
}
