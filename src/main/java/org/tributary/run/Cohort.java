package org.tributary.run;

import java.util.ArrayList;
import java.util.List;
import org.tributary.batch.BatchOrder;
import org.tributary.protocol.Seeds;

/**
 * Samples the clients of a round without replacement. The sample depends only on the seed and the
 * round.
 */
final class Cohort {
  private Cohort() {}

  /**
   * The number of clients that are sampled in a round.
   *
   * @param clients the number of all clients
   * @param fraction of them, in (0, 1]
   * @return at least one
   */
  static int size(int clients, double fraction) {
    return (int) Math.max(1, Math.round(fraction * clients));
  }

  /**
   * Samples the clients of a round.
   *
   * @param clients all ids
   * @param fraction of them, in (0, 1]; at least one is sampled
   * @param seed the job's
   * @param round counted from 0
   * @return ids, sorted
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
