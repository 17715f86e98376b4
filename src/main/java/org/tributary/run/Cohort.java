package org.tributary.run;

import java.util.ArrayList;
import java.util.List;
import org.tributary.batch.BatchOrder;
import org.tributary.protocol.Seeds;

/**
 * The clients of a round (client sampling): a sample without replacement, from the seed and the
 * round only.
 */
final class Cohort {
  private Cohort() {}

  /**
   * How many clients a round draws.
   *
   * @param clients there are
   * @param fraction of them, in (0, 1]
   * @return at least one
   */
  static int size(int clients, double fraction) {
    return (int) Math.max(1, Math.round(fraction * clients));
  }

  /**
   * Draws a round's clients.
   *
   * @param clients all ids
   * @param fraction of them, in (0, 1]; at least one is drawn
   * @param seed the job's
   * @param round counted from 0
   * @return ids in their order
   */
  static List<String> sample(List<String> clients, double fraction, long seed, int round) {
    int size = size(clients.size(), fraction);
    int[] order = BatchOrder.permutation(clients.size(), Seeds.of(seed, "cohort", round));
    List<String> cohort = new ArrayList<>();
    for (int i = 0; i < size; i++) {
      cohort.add(clients.get(order[i]));
    }
    return cohort.stream().sorted().toList();
  }
}
