package org.tributary.evaluation;

import java.io.Serializable;
import java.util.Arrays;
import java.util.function.IntPredicate;

/**
 * A sample of the rows, evenly spread over all of them. Rows are stored client by client, so every
 * client has its share.
 *
 * @param rows number of all rows
 * @param chosen number of rows in the sample
 */
public record EvenSample(long rows, int chosen) implements Serializable {
  /**
   * The row at a place.
   *
   * @param place 0 to chosen - 1
   * @return its index among all rows
   */
  public int row(int place) {
    return Math.toIntExact(place * rows / chosen);
  }

  /** The rows at some places. */
  int[] rows(int[] places) {
    return Arrays.stream(places).map(this::row).toArray();
  }

  /**
   * A smaller sample of the chosen rows, again evenly spread.
   *
   * @param some how many; all if there are fewer
   * @return whether a place is one of them
   */
  IntPredicate some(int some) {
    long n = Math.min(some, chosen);
    return place -> place * n / chosen != (place + 1) * n / chosen;
  }
}
