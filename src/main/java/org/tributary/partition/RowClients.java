package org.tributary.partition;

import java.util.List;

/**
 * The client of each row.
 *
 * @param clients ids, in order
 * @param client the index of the client of each row
 */
public record RowClients(List<String> clients, int[] client) {

  /**
   * The rows of each client.
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
