package org.tributary.run;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The cohorts of a run. Every client's task asks for them, and drawing one takes time that grows
 * with all clients, so those of the last rounds are kept. Threads may share an instance.
 */
final class Cohorts {
  private static final int KEPT = 32;

  private final List<String> clients;
  private final double fraction;
  private final long seed;
  private final Map<Integer, List<String>> kept =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, List<String>> eldest) {
          return size() > KEPT;
        }
      };

  /**
   * The cohorts of a run.
   *
   * @param clients all ids
   * @param fraction of them, in (0, 1]; at least one is sampled
   * @param seed the job's
   */
  Cohorts(List<String> clients, double fraction, long seed) {
    this.clients = clients;
    this.fraction = fraction;
    this.seed = seed;
  }

  /**
   * The clients of a round.
   *
   * @param round counted from 0
   * @return ids, sorted
   */
  synchronized List<String> of(int round) {
    return kept.computeIfAbsent(round, r -> Cohort.sample(clients, fraction, seed, r));
  }

  /**
   * The last round before another round in which a client was sampled.
   *
   * @param client id
   * @param round counted from 0
   * @return -1 for none
   */
  int lastBefore(String client, int round) {
    int last = round - 1;
    while (last >= 0 && Collections.binarySearch(of(last), client) < 0) {
      last--;
    }
    return last;
  }
}
