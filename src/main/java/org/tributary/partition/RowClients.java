package org.tributary.partition;

import java.util.List;

/**
 * The owner of each row.
 *
 * @param clients ids, in order
 * @param client for each row the index of its client
 */
public record RowClients(List<String> clients, int[] client) {

  /**
   * Rows of each client.
   *
   * @return in the order of the clients
   */
  public int[] sizes() {
    int[] sizes = new int[clients.size()];
    for (int c : client) {
      sizes[c]++;
    }
    return sizes;
  }
}
