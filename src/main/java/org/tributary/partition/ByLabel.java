package org.tributary.partition;

import java.util.Comparator;
import java.util.stream.IntStream;
import org.tributary.batch.BatchOrder;
import org.tributary.config.Key;
import org.tributary.config.PartitionerNeeds;
import org.tributary.error.WrongInput;
import org.tributary.protocol.Seeds;

/**
 * Gives each client few labels (McMahan et al. 2017, section 3). The rows, sorted by label, are cut
 * into {@code clients x shards} shards whose sizes differ by at most one row. Each client gets
 * {@code shards} of them at random.
 */
record ByLabel(Clients clients, int shards) implements Partitioner {

  @Override
  public RowClients deal(RowKeys rows, long seed) {
    clients.refuseTooFew(rows.rows());
    int pieces = Math.multiplyExact(clients.count(), shards);
    if (pieces > rows.rows()) {
      throw new WrongInput(
          "%d clients with %d shards each need at least %d rows, the set has %d to deal; lower clients or partitioner.shards"
              .formatted(clients.count(), shards, pieces, rows.rows()));
    }
    int[] shuffled = BatchOrder.permutation(rows.rows(), Seeds.of(seed, "rows"));
    int[] sorted =
        IntStream.of(shuffled)
            .boxed()
            .sorted(Comparator.comparingInt(row -> rows.classes()[row]))
            .mapToInt(Integer::intValue)
            .toArray();
    int[] ends = Proportions.even(sorted.length, pieces);
    int[] place = BatchOrder.permutation(pieces, Seeds.of(seed, "shards"));
    int[] client = new int[sorted.length];
    int shard = 0;
    for (int i = 0; i < sorted.length; i++) {
      while (i >= ends[shard]) {
        shard++;
      }
      client[sorted[i]] = place[shard] / shards;
    }
    return clients.check(new RowClients(clients.ids(), client));
  }

  /**
   * The settings.
   *
   * @param shards number of shards per client
   */
  public record Settings(
      @Key(value = "shards a client gets", byDefault = "2", min = 1, example = "3") int shards)
      implements PartitionerNeeds {
    @Override
    public boolean needsLabel() {
      return true;
    }
  }

  /** Provides it by name. */
  public static final class Provider extends PartitionerProvider<Settings> {
    /** For {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          "by-label",
          "few labels for each client: shards of rows sorted by label",
          "McMahan et al. 2017, arXiv 1602.05629",
          Settings.class);
    }

    @Override
    public Partitioner of(Settings settings, Clients clients) {
      return new ByLabel(clients, settings.shards());
    }
  }
}
