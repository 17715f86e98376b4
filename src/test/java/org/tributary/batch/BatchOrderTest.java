package org.tributary.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class BatchOrderTest {

  @Property(tries = 200)
  void everyPassSeesEveryRowOnce(
      @ForAll @IntRange(min = 1, max = 60) int rows,
      @ForAll @IntRange(min = 1, max = 80) int size,
      @ForAll long seed) {
    List<Integer> seen = draw(new BatchOrder(rows, seed), size, 3 * rows + size);
    for (int pass = 0; pass < 3; pass++) {
      assertThat(seen.subList(pass * rows, (pass + 1) * rows))
          .containsExactlyInAnyOrderElementsOf(IntStream.range(0, rows).boxed().toList());
    }
  }

  @Property(tries = 200)
  void theBatchSizeOnlyCutsTheSequence(
      @ForAll @IntRange(min = 1, max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 50) int size,
      @ForAll long seed) {
    List<Integer> one = draw(new BatchOrder(rows, seed), 1, 100);
    assertThat(draw(new BatchOrder(rows, seed), size, 100)).isEqualTo(one);
  }

  @Test
  void passesAndSeedsDiffer() {
    List<Integer> seen = draw(new BatchOrder(50, 7), 50, 100);
    assertThat(seen.subList(0, 50)).isNotEqualTo(seen.subList(50, 100));
    assertThat(draw(new BatchOrder(50, 8), 50, 100)).isNotEqualTo(seen);
  }

  /** The sequence is guaranteed: runs that resume on another machine must draw the same rows. */
  @Test
  void theSequenceIsPinned() {
    assertThat(draw(new BatchOrder(5, 42), 5, 15))
        .containsExactly(3, 2, 1, 4, 0, 4, 3, 2, 0, 1, 0, 4, 1, 3, 2);
  }

  private static List<Integer> draw(BatchOrder order, int size, int count) {
    List<Integer> drawn = new ArrayList<>();
    while (drawn.size() < count) {
      IntStream.of(order.next(size)).forEach(drawn::add);
    }
    return drawn.subList(0, count);
  }
}
