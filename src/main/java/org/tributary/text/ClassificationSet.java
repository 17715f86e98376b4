package org.tributary.text;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.tributary.batch.Example;
import org.tributary.batch.TextBatch;
import org.tributary.checkpoint.Store;
import org.tributary.error.WrongInput;
import org.tributary.rows.BadRows;
import org.tributary.rows.Labels;
import org.tributary.rows.PartRows;
import org.tributary.rows.PartSource;
import org.tributary.rows.Truncation;

/**
 * The rows of one part (a client's training rows, the global test rows) for text classification.
 * Text is tokenized when a batch is made, because a round reads far fewer rows than a client has.
 *
 * @param texts in file order, at least one
 * @param seconds the second text of each row; empty if rows have one text
 * @param targets the target of each row, an index into the declared labels
 */
public record ClassificationSet(List<String> texts, List<String> seconds, int[] targets)
    implements TextRows {
  /**
   * Rows of one text.
   *
   * @param texts as above
   * @param targets as above
   */
  public ClassificationSet(List<String> texts, int[] targets) {
    this(texts, List.of(), targets);
  }

  /**
   * The columns of text and label.
   *
   * @param texts the column of the text, or those of a pair of texts; numbers are read as text
   * @param label the column of the label
   */
  public record Columns(List<String> texts, String label) {
    /**
     * The columns of rows with one text.
     *
     * @param text the column of the text
     * @param label the column of the label
     */
    public Columns(String text, String label) {
      this(List.of(text), label);
    }

    boolean arePairs() {
      return texts.size() > 1;
    }

    private List<String> all() {
      return Stream.concat(texts.stream(), Stream.of(label)).toList();
    }
  }

  /**
   * Reads folders of Parquet files: the folders in the given order, the files of each by name.
   *
   * @param store file system of the files
   * @param sources folders such as {@code client=0003/train}
   * @param columns the columns of text and label
   * @param labels the declared labels
   * @return the rows
   * @throws IOException if the file system fails
   * @throws WrongInput if a folder has no rows, a file is not Parquet, a column is missing, a value
   *     is missing, or a label is not declared
   */
  public static ClassificationSet read(
      Store store, List<PartSource> sources, Columns columns, List<String> labels)
      throws IOException {
    Labels known = new Labels(columns.label(), labels);
    List<String> texts = new ArrayList<>();
    List<String> seconds = new ArrayList<>();
    List<Integer> targets = new ArrayList<>();
    for (PartSource source : sources) {
      PartRows.forEach(
          store,
          source,
          columns.all(),
          (row, where) -> {
            texts.add(Labels.given(row, columns.texts().get(0), where));
            if (columns.arePairs()) {
              seconds.add(Labels.given(row, columns.texts().get(1), where));
            }
            targets.add(known.index(row, where));
          });
    }
    return new ClassificationSet(
        List.copyOf(texts),
        List.copyOf(seconds),
        targets.stream().mapToInt(Integer::intValue).toArray());
  }

  /**
   * Finds the rows of a folder that {@link #read} or {@link #batch} refuses, and keeps no rows.
   *
   * @param store file system of the file
   * @param folder such as {@code client=0003/train}
   * @param columns text and label
   * @param labels the declared labels
   * @param lengths settings for the check of text lengths
   * @return rows without text or label, with a label that is not declared, or with a text that is
   *     too long for the tokenizer
   * @throws IOException if the file system fails
   * @throws WrongInput if a file is not Parquet, a column is missing, or pairs of texts leave no
   *     room for their tokens
   */
  public static BadRows check(
      Store store, Path folder, Columns columns, List<String> labels, Lengths lengths)
      throws IOException {
    if (columns.arePairs()) {
      lengths.tokens().checkPairs();
    }
    Labels known = new Labels(columns.label(), labels);
    long every = Truncation.every(lengths.rows());
    long[] seen = {0};
    Truncation[] cuts = {Truncation.NONE};
    return PartRows.check(
            store,
            folder,
            columns.all(),
            (row, where) -> {
              for (String column : columns.texts()) {
                lengths.tokens().checkLength(Labels.given(row, column, where), where);
              }
              int label = known.index(row, where);
              if (seen[0]++ % every == 0) {
                List<String> texts = columns.texts().stream().map(row::text).toList();
                boolean cut = example(lengths.tokens(), texts, label).truncated();
                cuts[0] = cuts[0].plus(Truncation.text(cut));
              }
            })
        .with(cuts[0]);
  }

  /**
   * The settings for the check of lengths.
   *
   * @param tokens tokenizer that truncates to the longest length
   * @param rows number of rows in the folder, of which some are checked
   */
  public record Lengths(Tokenizer tokens, long rows) {}

  @Override
  public int size() {
    return targets.length;
  }

  @Override
  public TextBatch batch(int[] rows, Tokenizer tokens, long padId) {
    return TextBatch.of(
        Arrays.stream(rows).mapToObj(i -> example(tokens, row(i), targets[i])).toList(), padId);
  }

  private List<String> row(int i) {
    return seconds.isEmpty() ? List.of(texts.get(i)) : List.of(texts.get(i), seconds.get(i));
  }

  private static Example example(Tokenizer tokens, List<String> texts, int label) {
    return texts.size() == 1
        ? tokens.example(texts.get(0), label)
        : tokens.example(texts.get(0), texts.get(1), label);
  }

  @Override
  public int characters(int row) {
    return texts.get(row).length() + (seconds.isEmpty() ? 0 : seconds.get(row).length());
  }
}
