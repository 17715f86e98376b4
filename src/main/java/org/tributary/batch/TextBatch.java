package org.tributary.batch;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The examples of one step in one batch, padded on the right to the longest: B rows of T ids,
 * stored row-major.
 *
 * @param ids token ids, [B, T]
 * @param mask 1 for a real id, 0 for padding, [B, T]
 * @param typeIds segment of each id, 0 for single texts and for the first text of a pair, 1 for the
 *     second, [B, T]
 * @param labels class of each row, [B]; for language models the id itself if it counts in the loss,
 *     else {@link #IGNORED}, [B, T]
 * @param rows B
 * @param length T
 * @param truncated number of rows that were cut to the longest length
 */
public record TextBatch(
    long[] ids, long[] mask, long[] typeIds, long[] labels, int rows, int length, int truncated)
    implements Batch {
  /**
   * Pads examples to the longest.
   *
   * @param examples at least one
   * @param padId id of the padding
   * @return the batch
   */
  public static TextBatch of(List<Example> examples, long padId) {
    if (examples.isEmpty()) {
      throw new IllegalArgumentException("a batch needs an example");
    }
    int rows = examples.size();
    int length = examples.stream().mapToInt(e -> e.ids().length).max().getAsInt();
    long[] ids = new long[rows * length];
    long[] mask = new long[rows * length];
    long[] typeIds = new long[rows * length];
    long[] labels = new long[rows];
    Arrays.fill(ids, padId);
    for (int i = 0; i < rows; i++) {
      long[] row = examples.get(i).ids();
      System.arraycopy(row, 0, ids, i * length, row.length);
      System.arraycopy(examples.get(i).typeIds(), 0, typeIds, i * length, row.length);
      Arrays.fill(mask, i * length, i * length + row.length, 1);
      labels[i] = examples.get(i).label();
    }
    int truncated = (int) examples.stream().filter(Example::truncated).count();
    return new TextBatch(ids, mask, typeIds, labels, rows, length, truncated);
  }

  /**
   * The same rows with type 0 for all tokens, for a model without types.
   *
   * @return the batch
   */
  public TextBatch withoutTypes() {
    return new TextBatch(ids, mask, new long[typeIds.length], labels, rows, length, truncated);
  }

  /**
   * The same rows in the order of their lengths, rows of equal length in their former order. A
   * program attends to neighbouring rows of equal length together.
   *
   * @return the shortest row first
   */
  public TextBatch byLength() {
    int[] order =
        IntStream.range(0, rows)
            .boxed()
            .sorted(Comparator.comparingInt(this::tokens))
            .mapToInt(row -> row)
            .toArray();
    return new TextBatch(
        ordered(ids, order),
        ordered(mask, order),
        ordered(typeIds, order),
        ordered(labels, order),
        rows,
        length,
        truncated);
  }

  /**
   * The same rows with other numbers for ids, for a program that looks them up in another matrix.
   * Labels stay as they are.
   *
   * @param numbers the new number of each id
   * @return the batch
   */
  public TextBatch renumbered(int... numbers) {
    long[] other = Arrays.stream(ids).map(id -> numbers[(int) id]).toArray();
    return new TextBatch(other, mask, typeIds, labels, rows, length, truncated);
  }

  private long[] ordered(long[] values, int... order) {
    int width = values.length / rows;
    long[] all = new long[values.length];
    for (int i = 0; i < rows; i++) {
      System.arraycopy(values, order[i] * width, all, i * width, width);
    }
    return all;
  }

  private int tokens(int row) {
    return (int) Arrays.stream(mask, row * length, (row + 1) * length).sum();
  }

  @Override
  public long tokens() {
    return Arrays.stream(mask).sum();
  }

  @Override
  public long targets() {
    if (labels.length == rows) {
      return rows;
    }
    long counted = 0;
    for (int row = 0; row < rows; row++) {
      counted += targets(row);
    }
    return counted;
  }

  /**
   * The number of ids of a language model's row that count in the loss.
   *
   * @param row 0 to B - 1
   * @return the number of labels after the first position that are not {@link #IGNORED}
   */
  public long targets(int row) {
    long counted = 0;
    for (int i = row * length + 1; i < (row + 1) * length; i++) {
      counted += labels[i] != IGNORED ? 1 : 0;
    }
    return counted;
  }
}
