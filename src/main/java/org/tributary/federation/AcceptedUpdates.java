package org.tributary.federation;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The accepted client updates of a round, written once and before merging. Every merge, now or
 * after a restart, reads exactly these.
 *
 * @param round counted from 0
 * @param clients one attempt each, in the order of their ids
 * @param failed why the others of the cohort are left out, by client
 */
public record AcceptedUpdates(int round, List<Choice> clients, Map<String, String> failed) {
  /**
   * One client's accepted attempt.
   *
   * @param client id
   * @param attempt application and task attempt
   * @param samples n_k, its training rows
   * @param updateSha256 of the update's file
   * @param stateSha256 of the state's file; null if the client keeps nothing
   */
  public record Choice(
      String client, String attempt, long samples, String updateSha256, String stateSha256) {}

  /** Copies. */
  public AcceptedUpdates {
    failed = new TreeMap<>(failed);
  }
}
