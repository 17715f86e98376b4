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
 * Text becomes ids when a batch is made: a round reads far fewer rows than a client has.
 *
 * @param texts in file order, at least one
 * @param targets of each row, an index into the declared labels
 */
public record ClassificationSet(List<String> texts, int[] targets) implements Examples {

  /**
   * Which columns hold what.
   *
   * @param text the column of the text; numbers are read as text
   * @param label the column of the label
   */
  public record Columns(String text, String label) {}

  /**
   * Reads folders of Parquet files, in the order given and there in the order of their names.
   *
   * @param store where they lie
   * @param folders such as {@code client=0003/train}
   * @param columns text and label
   * @param labels the declared labels
   * @return the rows
   * @throws IOException where the file system fails
   * @throws WrongInput where a folder has no rows, a file is no Parquet, a column is missing, a
   *     value is missing, or a label is not declared
   */
  public static ClassificationSet read(
      Store store, List<Path> folders, Columns columns, List<String> labels) throws IOException {
    Map<String, Integer> index = new HashMap<>();
    for (String label : labels) {
      index.put(label, index.size());
    }
    List<String> texts = new ArrayList<>();
    List<Integer> targets = new ArrayList<>();
    for (Path folder : folders) {
      int before = texts.size();
      for (FileStatus status : store.list(folder)) {
        Path file = status.getPath();
        if (file.getName().endsWith(".parquet")) {
          readFile(store, file, columns, index, texts, targets);
        }
      }
      if (texts.size() == before) {
        throw new WrongInput(
            folder
                + " holds no rows; a client needs at least one, so partition again or leave it"
                + " out");
      }
    }
    return new ClassificationSet(
        List.copyOf(texts), targets.stream().mapToInt(Integer::intValue).toArray());
  }

  private static void readFile(
      Store store,
      Path file,
      Columns columns,
      Map<String, Integer> index,
      List<String> texts,
      List<Integer> targets)
      throws IOException {
    List<String> names = List.of(columns.text(), columns.label());
    try (ParquetReading rows = ParquetRows.read(store, file, names)) {
      for (long row = 0; rows.hasNext(); row++) {
        Row values = rows.next();
        String where = file + ", row " + row;
        texts.add(given(values, columns.text(), where));
        targets.add(target(given(values, columns.label(), where), columns, index, where));
      }
    }
  }

  private static String given(Row row, String column, String where) {
    String value = row.text(column);
    if (value == null) {
      throw new WrongInput(
          "%s: column %s is empty; fill it in or leave the row out".formatted(where, column));
    }
    return value;
  }

  private static int target(
      String label, Columns columns, Map<String, Integer> index, String where) {
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
    return known;
  }

  @Override
  public int size() {
    return targets.length;
  }

  @Override
  public Batch batch(int[] rows, Tokens tokens, long padId) {
    return Batch.of(
        Arrays.stream(rows).mapToObj(i -> tokens.example(texts.get(i), targets[i])).toList(),
        padId);
  }

  @Override
  public int characters(int row) {
    return texts.get(row).length();
  }
}
