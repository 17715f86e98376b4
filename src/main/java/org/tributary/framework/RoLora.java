package org.tributary.framework;

import org.tributary.protocol.Adapters;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;

/**
 * RoLoRA (Chen et al. 2025, arXiv 2502.01755): clients train one factor at a time: B in the first,
 * third, ... round, A in the other rounds. The other factor does not change. The merge is the mean
 * of the trained factor, which is exact: Σ p_k s B_k A = s (Σ p_k B_k) A. Up: r m or r n per matrix
 * m×n; down the same, and the other factor if the client does not have its current value. A new
 * head and the weights that {@code framework.train} names are trained and sent in full.
 */
final class RoLora extends LinearFramework {
  static final String NAME = "rolora";

  @Override
  public RoundPlan plan(Trainables trainables, int round) {
    boolean trainsB = round % 2 == 0;
    return AdapterPlan.of(
        NAME, trainables, trainsB ? Role.FIXED : Role.TRAVELS, trainsB ? Role.TRAVELS : Role.FIXED);
  }

  /** Registers it under its name. */
  public static final class Provider extends FrameworkProvider<OneRank> {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          NAME,
          "A and B train in turn, one a round; exact",
          "Chen et al. 2025, arXiv 2502.01755",
          OneRank.class);
    }

    @Override
    public Framework of(OneRank settings, Adapters adapters) {
      return new RoLora();
    }
  }
}
