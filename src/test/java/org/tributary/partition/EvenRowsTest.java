package org.tributary.partition;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A sample of rows whose number is not known is evenly spread. */
class EvenRowsTest {
  @ParameterizedTest
  @CsvSource({
    "5, 3, 1",
    "5, 10, 1",
    "5, 11, 2",
    "5, 20, 2",
    "5, 21, 4",
    "1, 100, 64",
    "2000, 49999, 16"
  })
  void everyStepthRowIsKept(int most, int rows, int step) {
    EvenRows<Integer> sample = new EvenRows<>(most);
    for (int i = 0; i < rows; i++) {
      sample.add(i);
    }
    List<Integer> kept = sample.kept();
    assertThat(kept).hasSize((rows + step - 1) / step).hasSizeLessThanOrEqualTo(2 * most);
    for (int i = 0; i < kept.size(); i++) {
      assertThat(kept.get(i)).isEqualTo(i * step);
    }
  }
}
