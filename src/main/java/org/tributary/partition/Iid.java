package org.tributary.partition;

import org.tributary.batch.BatchOrder;

/** Rows at random: a seeded permutation, cut into pieces whose lengths differ by at most one. */
record Iid(Clients clients) implements Partitioner {

  @Override
  public Dealt deal(RowKeys rows, long seed) {
    clients.refuseTooFew(rows.rows());
    int[] order = BatchOrder.permutation(rows.rows(), seed);
    int[] ends = Cuts.even(order.length, clients.count());
    int[] client = new int[order.length];
    int k = 0;
    for (int i = 0; i < order.length; i++) {
      while (i >= ends[k]) {
        k++;
      }
      client[order[i]] = k;
    }
    return clients.check(new Dealt(clients.ids(), client));
  }
}
