package org.tributary.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.tributary.batch.TextBatch;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.rows.BadRows;
import org.tributary.rows.Labels;
import org.tributary.rows.PartRows;
import org.tributary.rows.PartSource;
import org.tributary.rows.Truncation;

/**
 * The rows of one part (a client's training rows, the global test rows) as text classification.
 * Text becomes ids when a batch is made: a round reads far fewer rows than a client has.
 *
 * @param texts in file order, at least one
 * @param targets of each row, an index into the declared labels
 */
public record ClassificationSet(List<String> texts, int[] targets) implements TextRows {

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
   * @param sources folders such as {@code client=0003/train}
   * @param columns text and label
   * @param labels the declared labels
   * @return the rows
   * @throws IOException where the file system fails
   * @throws WrongInput where a folder has no rows, a file is no Parquet, a column is missing, a
   *     value is missing, or a label is not declared
   */
  public static ClassificationSet read(
      Store store, List<PartSource> sources, Columns columns, List<String> labels)
      throws IOException {
    Labels known = new Labels(columns.label(), labels);
    List<String> texts = new ArrayList<>();
    List<Integer> targets = new ArrayList<>();
    for (PartSource source : sources) {
      PartRows.forEach(
          store,
          source,
          List.of(columns.text(), columns.label()),
          (row, where) -> {
            texts.add(Labels.given(row, columns.text(), where));
            targets.add(known.index(row, where));
          });
    }
    return new ClassificationSet(
        List.copyOf(texts), targets.stream().mapToInt(Integer::intValue).toArray());
  }

  /**
   * Finds the rows of a folder that {@link #read} refuses, and keeps none.
   *
   * @param store where it lies
   * @param folder such as {@code client=0003/train}
   * @param columns text and label
   * @param labels the declared labels
   * @param lengths looks at the lengths of texts
   * @return rows without text or label, or with a label that is not declared
   * @throws IOException where the file system fails
   * @throws WrongInput where a file is no Parquet, or a column is missing
   */
  public static BadRows check(
      Store store, Path folder, Columns columns, List<String> labels, Lengths lengths)
      throws IOException {
    Labels known = new Labels(columns.label(), labels);
    long every = Truncation.every(lengths.rows());
    long[] seen = {0};
    Truncation[] cuts = {Truncation.NONE};
    return PartRows.check(
            store,
            folder,
            List.of(columns.text(), columns.label()),
            (row, where) -> {
              Labels.given(row, columns.text(), where);
              int label = known.index(row, where);
              if (seen[0]++ % every == 0) {
                String text = row.text(columns.text());
                boolean cut = lengths.tokens().example(text, label).truncated();
                cuts[0] = cuts[0].plus(Truncation.text(cut));
              }
            })
        .with(cuts[0]);
  }

  /**
   * What lengths are looked at with.
   *
   * @param tokens which cut at the longest length
   * @param rows of the folder, of which some are looked at
   */
  public record Lengths(Tokens tokens, long rows) {}

  @Override
  public int size() {
    return targets.length;
  }

  @Override
  public TextBatch batch(int[] rows, Tokens tokens, long padId) {
    return TextBatch.of(
        Arrays.stream(rows).mapToObj(i -> tokens.example(texts.get(i), targets[i])).toList(),
        padId);
  }

  @Override
  public int characters(int row) {
    return texts.get(row).length();
  }
}
