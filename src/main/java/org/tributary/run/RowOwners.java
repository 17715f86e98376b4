package org.tributary.run;

import java.util.ArrayList;
import java.util.List;

/**
 * The clients that own the rows of an evaluation. Rows are stored client by client.
 *
 * @param clients ids in the order of the rows; empty if the rows belong to no client
 * @param ends for each client the index after its last row
 */
public record RowOwners(List<String> clients, List<Long> ends) {
  /** Rows that belong to no client. */
  public static final RowOwners NONE = new RowOwners(List.of(), List.of());

  /** Copies. */
  public RowOwners {
    clients = List.copyOf(clients);
    ends = List.copyOf(ends);
  }

  /** The owners with one more client, whose rows come after all others. */
  RowOwners and(String client, long rows) {
    List<String> allClients = new ArrayList<>(clients);
    List<Long> allEnds = new ArrayList<>(ends);
    allClients.add(client);
    allEnds.add(rows + (ends.isEmpty() ? 0 : ends.get(ends.size() - 1)));
    return new RowOwners(allClients, allEnds);
  }

  /**
   * The owner of a row.
   *
   * @param row its index among all rows of the evaluation
   * @return the client's id; null if the rows belong to no client
   */
  public String of(int row) {
    for (int i = 0; i < clients.size(); i++) {
      if (row < ends.get(i)) {
        return clients.get(i);
      }
    }
    return null;
  }
}
