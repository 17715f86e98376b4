package org.tributary.partition;

import java.util.Arrays;
import org.apache.commons.math3.distribution.GammaDistribution;
import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.random.Well19937c;
import org.tributary.batch.BatchOrder;
import org.tributary.config.Key;
import org.tributary.config.PartitionerNeeds;
import org.tributary.error.WrongInput;
import org.tributary.protocol.Seeds;

/**
 * Distributes labels unevenly (Yurochkin et al. 2019, section 4). For each class it draws
 * proportions ~ Dir_N(alpha) over the N clients, shuffles the rows of the class, and cuts them at
 * the cumulative sums of the proportions. It draws again until the smallest client has enough rows.
 * A small alpha gives each client few classes.
 */
record Dirichlet(Clients clients, double alpha) implements Partitioner {
  private static final int TRIES = 1000;

  @Override
  public RowClients deal(RowKeys rows, long seed) {
    clients.refuseTooFew(rows.rows());
    int[] perClass = new int[rows.classCount()];
    for (int c : rows.classes()) {
      perClass[c]++;
    }
    int best = 0;
    for (int t = 0; t < TRIES; t++) {
      int[][] ends = draw(perClass, Seeds.of(seed, "proportions", t));
      int smallest = smallest(ends);
      if (smallest >= clients.minRows()) {
        return new RowClients(clients.ids(), assign(rows, perClass, ends, Seeds.of(seed, "rows")));
      }
      best = Math.max(best, smallest);
    }
    throw new WrongInput(
        "in %,d draws of Dirichlet(%s) over %d clients the smallest client never had %d rows (at best %d); raise partitioner.alpha, or lower %s"
            .formatted(TRIES, alpha, clients.count(), clients.minRows(), best, clients.lower()));
  }

  private int[][] draw(int[] perClass, long seed) {
    // commons-math is pure Java, so every platform draws the same numbers.
    RandomGenerator random = new Well19937c(seed);
    GammaDistribution gamma = new GammaDistribution(random, alpha, 1);
    int[][] ends = new int[perClass.length][];
    for (int c = 0; c < ends.length; c++) {
      double[] proportions = gamma.sample(clients.count());
      if (Arrays.stream(proportions).sum() < Double.MIN_NORMAL) {
        // With a tiny alpha all draws may be too small for a double. Then one client
        // gets the whole class.
        proportions[random.nextInt(proportions.length)] = 1;
      }
      ends[c] = Proportions.ends(perClass[c], proportions);
    }
    return ends;
  }

  private int smallest(int[][] ends) {
    int[] sizes = new int[clients.count()];
    for (int[] end : ends) {
      for (int k = 0; k < sizes.length; k++) {
        sizes[k] += end[k] - (k == 0 ? 0 : end[k - 1]);
      }
    }
    return Arrays.stream(sizes).min().orElseThrow();
  }

  private int[] assign(RowKeys rows, int[] perClass, int[][] ends, long seed) {
    int[] client = new int[rows.rows()];
    int[] done = new int[perClass.length];
    int[] piece = new int[perClass.length];
    for (int row : BatchOrder.permutation(client.length, seed)) {
      int c = rows.classes()[row];
      while (done[c] >= ends[c][piece[c]]) {
        piece[c]++;
      }
      client[row] = piece[c];
      done[c]++;
    }
    return client;
  }

  /**
   * The settings.
   *
   * @param alpha concentration of each class over the clients
   */
  public record Settings(
      @Key(value = "concentration, such as 0.1", required = true, above = 0, example = "0.5")
          double alpha)
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
          "dirichlet",
          "uneven labels: of each class a share drawn from a Dirichlet distribution",
          "Yurochkin et al. 2019, arXiv 1905.12022",
          Settings.class);
    }

    @Override
    public Partitioner of(Settings settings, Clients clients) {
      return new Dirichlet(clients, settings.alpha());
    }
  }
}
