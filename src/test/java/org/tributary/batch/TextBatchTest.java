package org.tributary.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Rows in a batch, and in the order of their lengths. */
class TextBatchTest {
  private static Example row(int label, long... ids) {
    return new Example(ids, label, false);
  }

  @Test
  void byLengthKeepsEachRowTogetherAndTheOrderOfEqualRows() {
    TextBatch batch =
        TextBatch.of(List.of(row(1, 11, 12, 13), row(2, 21), row(3, 31, 32, 33), row(4, 41)), 0);
    TextBatch sorted = batch.byLength();
    assertThat(sorted.ids()).containsExactly(21, 0, 0, 41, 0, 0, 11, 12, 13, 31, 32, 33);
    assertThat(sorted.mask()).containsExactly(1, 0, 0, 1, 0, 0, 1, 1, 1, 1, 1, 1);
    assertThat(sorted.labels()).containsExactly(2, 4, 1, 3);
    assertThat(sorted.tokens()).isEqualTo(batch.tokens()).isEqualTo(8);
  }

  @Test
  void labelsOfTokensMoveWithTheirRow() {
    long no = Batch.IGNORED;
    TextBatch batch =
        new TextBatch(
            new long[] {5, 6, 7, 0},
            new long[] {1, 1, 1, 0},
            new long[] {0, 1, 0, 0},
            new long[] {no, 6, no, no},
            2,
            2,
            1);
    TextBatch sorted = batch.byLength();
    assertThat(sorted.ids()).containsExactly(7, 0, 5, 6);
    assertThat(sorted.labels()).containsExactly(no, no, no, 6);
    assertThat(sorted.typeIds()).containsExactly(0, 0, 0, 1);
    assertThat(sorted.targets()).isEqualTo(batch.targets()).isEqualTo(1);
    assertThat(sorted.truncated()).isEqualTo(1);
  }
}
