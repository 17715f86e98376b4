package com.example.methods;

import java.util.stream.IntStream;
import org.tributary.batch.BatchOrder;
import org.tributary.config.Key;
import org.tributary.partition.Clients;
import org.tributary.partition.Partitioner;
import org.tributary.partition.PartitionerProvider;
import org.tributary.partition.Proportions;
import org.tributary.partition.RowClients;
import org.tributary.partition.RowKeys;

/**
 * Clients of unequal size: client k of 1, 2, ... gets a share of the rows in proportion to k^-s.
 */
public final class Zipf {
  private Zipf() {}

  private static RowClients deal(Clients clients, double s, RowKeys rows, long seed) {
    clients.refuseTooFew(rows.rows());
    double[] shares =
        IntStream.rangeClosed(1, clients.count()).mapToDouble(k -> Math.pow(k, -s)).toArray();
    int[] ends = Proportions.ends(rows.rows(), shares);
    int[] order = BatchOrder.permutation(rows.rows(), seed);
    int[] client = new int[order.length];
    int k = 0;
    for (int i = 0; i < order.length; i++) {
      while (i >= ends[k]) {
        k++;
      }
      client[order[i]] = k;
    }
    return clients.check(new RowClients(clients.ids(), client));
  }

  /**
   * Its keys, which are next to {@code partitioner.name}.
   *
   * @param exponent s
   */
  public record Settings(
      @Key(value = "exponent of the shares", byDefault = "1.0", above = 0) double exponent) {}

  /** Finds it by its name. */
  public static final class Provider extends PartitionerProvider<Settings> {
    /** For ServiceLoader. */
    public Provider() {
      super("zipf", "clients of unequal size", "Zipf's law", Settings.class);
    }

    @Override
    public Partitioner of(Settings settings, Clients clients) {
      return (rows, seed) -> deal(clients, settings.exponent(), rows, seed);
    }
  }
}
