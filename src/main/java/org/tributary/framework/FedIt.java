package org.tributary.framework;

import org.tributary.protocol.Adapters;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;

/**
 * FedIT (Zhang et al. 2024, arXiv 2305.05644): clients train adapters, A = Σ p_k A_k and B = Σ p_k
 * B_k averaged separately. This is not exact, because the mean of products B_k A_k is not the
 * product of the means. Up and down: r (m + n) per matrix m×n. A new head and the weights that
 * {@code framework.train} names are trained and sent in full.
 */
final class FedIt extends LinearFramework {
  static final String NAME = "fedit";

  @Override
  public RoundPlan plan(Trainables trainables, int round) {
    return AdapterPlan.of(NAME, trainables, Role.TRAVELS, Role.TRAVELS);
  }

  /** Registers it under its name. */
  public static final class Provider extends FrameworkProvider<OneRank> {
    /** Called by {@link java.util.ServiceLoader}. */
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
