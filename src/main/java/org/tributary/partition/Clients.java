package org.tributary.partition;

import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.tributary.error.WrongInput;

/**
 * The number of clients and the least size of a client.
 *
 * @param count number of clients, at least 1
 * @param minRows least number of rows of a client
 */
public record Clients(int count, int minRows) {

  /** Ids that sort like numbers: 0000, 0001, ... */
  public List<String> ids() {
    int digits = Math.max(4, Integer.toString(count - 1).length());
    return IntStream.range(0, count)
        .mapToObj(i -> String.format(Locale.ROOT, "%0" + digits + "d", i))
        .toList();
  }

  /** Refuses a set with too few rows to give every client its least number. */
  public void refuseTooFew(int rows) {
    if (rows < (long) count * minRows) {
      throw new WrongInput(
          "%d clients with at least %d rows each need %d rows, the set has %d to deal; lower %s"
              .formatted(count, minRows, (long) count * minRows, rows, lower()));
    }
  }

  /** The keys that can be lower in the advice. A client needs at least one row. */
  String lower() {
    return minRows > 1 ? "clients or partitioner.minRows" : "clients";
  }

  /** Refuses a result whose smallest client is too small. */
  public RowClients check(RowClients dealt) {
    int[] sizes = dealt.sizes();
    for (int i = 0; i < sizes.length; i++) {
      if (sizes[i] < minRows) {
        throw new WrongInput(
            "client %s would get %d rows, at least %d are needed; give it more rows or lower partitioner.minRows"
                .formatted(dealt.clients().get(i), sizes[i], minRows));
      }
    }
    return dealt;
  }
}
