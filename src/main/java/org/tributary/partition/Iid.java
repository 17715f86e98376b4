package org.tributary.partition;

import org.tributary.batch.BatchOrder;
import org.tributary.config.NoSettings;

/**
 * Distributes rows at random: a seeded permutation, cut into pieces whose lengths differ by at most
 * one.
 */
record Iid(Clients clients) implements Partitioner {

  @Override
  public RowClients deal(RowKeys rows, long seed) {
    clients.refuseTooFew(rows.rows());
    int[] order = BatchOrder.permutation(rows.rows(), seed);
    int[] ends = Proportions.even(order.length, clients.count());
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

  /** Provides it by name. */
  public static final class Provider extends PartitionerProvider<NoSettings> {
    /** For {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          "iid",
          "rows at random, equal numbers",
          "McMahan et al. 2017, arXiv 1602.05629",
          NoSettings.class);
    }

    @Override
    public Partitioner of(NoSettings settings, Clients clients) {
      return new Iid(clients);
    }
  }
}
