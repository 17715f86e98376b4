package org.tributary.framework;

import org.tributary.protocol.Adapters;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;

/**
 * FedIT (Zhang et al. 2024, arXiv 2305.05644): clients train adapters, A = Σ p_k A_k and B = Σ p_k
 * B_k each on its own. Not exact, since the mean of products B_k A_k is not the product of the
 * means. Up and down: r (m + n) per matrix m×n. A new head and weights that are named train and
 * travel in full.
 */
final class FedIt extends LinearFramework {
  static final String NAME = "fedit";

  @Override
  public RoundPlan plan(Trainables trainables, int round) {
    return AdapterPlan.of(NAME, trainables, Role.TRAVELS, Role.TRAVELS);
  }

  /** Finds it by its name. */
  public static final class Provider extends FrameworkProvider<OneRank> {
    /** For {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          NAME,
          "clients train adapters; the means of A and of B",
          "Zhang et al. 2024, arXiv 2305.05644",
          OneRank.class);
    }

    @Override
    public Framework of(OneRank settings, Adapters adapters) {
      return new FedIt();
    }
  }
}
