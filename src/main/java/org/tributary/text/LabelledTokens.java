package org.tributary.text;

import java.util.Arrays;
import java.util.List;
import org.tributary.batch.Batch;
import org.tributary.batch.TextBatch;

/**
 * A row of a language model as ids.
 *
 * @param ids of the whole row
 * @param counts which ids count in the loss
 * @param answer index of the first id of the last answer, which extends to the end of the row
 */
record LabelledTokens(long[] ids, boolean[] counts, int answer) {

  /** A prompt and its answer. */
  static LabelledTokens of(long[] prompt, long... answer) {
    long[] both = Arrays.copyOf(prompt, prompt.length + answer.length);
    System.arraycopy(answer, 0, both, prompt.length, answer.length);
    return of(both, List.of(new int[] {prompt.length, both.length}));
  }

  /** A conversation whose answers are these ranges of ids, in order; the last one ends the row. */
  static LabelledTokens of(long[] ids, List<int[]> ranges) {
    boolean[] counts = new boolean[ids.length];
    for (int[] range : ranges) {
      Arrays.fill(counts, range[0], range[1], true);
    }
    return new LabelledTokens(ids, counts, ranges.get(ranges.size() - 1)[0]);
  }

  /**
   * The number of ids that count in the loss. The first id of a row never counts, because there is
   * no token to predict it from.
   */
  long counted() {
    long counted = 0;
    for (int i = 1; i < counts.length; i++) {
      counted += counts[i] ? 1 : 0;
    }
    return counted;
  }

  /**
   * Cuts the row to a length. The text before the last answer loses its left first, except for a
   * leading special token. Then the answer loses its right. The rest of an earlier answer that lost
   * its beginning does not count.
   *
   * @param maxLength the most ids
   * @param leads whether the first id stays if the left is cut
   */
  LabelledTokens cut(int maxLength, boolean leads) {
    if (ids.length <= maxLength) {
      return this;
    }
    int kept = Math.min(ids.length - answer, maxLength - 1);
    int end = answer + kept;
    int from = Math.max(0, end - maxLength);
    long[] cutIds = Arrays.copyOfRange(ids, from, end);
    boolean[] cutCounts = Arrays.copyOfRange(counts, from, end);
    int begun = from + (leads ? 1 : 0);
    if (from > 0) {
      if (leads) {
        cutIds[0] = ids[0];
      }
      cutCounts[0] = false;
      for (int i = begun; i < answer && begun > 0 && counts[begun - 1] && counts[i]; i++) {
        cutCounts[i - from] = false;
      }
    }
    return new LabelledTokens(cutIds, cutCounts, answer - from);
  }

  /**
   * Puts rows into one batch, padded on the right to the longest.
   *
   * @param rows at least one
   * @param truncated number of rows that were cut
   * @param padId id of the padding
   */
  static TextBatch padded(List<LabelledTokens> rows, int truncated, long padId) {
    int length = rows.stream().mapToInt(row -> row.ids.length).max().orElseThrow();
    long[] all = new long[rows.size() * length];
    long[] mask = new long[all.length];
    long[] labels = new long[all.length];
    Arrays.fill(all, padId);
    Arrays.fill(labels, Batch.IGNORED);
    for (int i = 0; i < rows.size(); i++) {
      LabelledTokens row = rows.get(i);
      System.arraycopy(row.ids, 0, all, i * length, row.ids.length);
      Arrays.fill(mask, i * length, i * length + row.ids.length, 1);
      for (int t = 0; t < row.ids.length; t++) {
        if (row.counts[t]) {
          labels[i * length + t] = row.ids[t];
        }
      }
    }
    return new TextBatch(all, mask, new long[all.length], labels, rows.size(), length, truncated);
  }
}
