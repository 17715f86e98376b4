package org.tributary.framework;

import org.tributary.protocol.Adapters;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;

/**
 * FedSA-LoRA (Guo et al. 2025, arXiv 2410.01463): clients train A and B. They send A, A = Σ p_k
 * A_k, and every client keeps its own B_k. So every client has its own model. Up and down: r n per
 * matrix m×n. A new head and the weights that {@code framework.train} names are trained and sent in
 * full.
 */
final class FedSaLora extends LinearFramework {
  static final String NAME = "fedsa-lora";

  @Override
  public RoundPlan plan(Trainables trainables, int round) {
    return AdapterPlan.of(NAME, trainables, Role.TRAVELS, Role.STAYS);
  }

  /** Registers it under its name. */
  public static final class Provider extends FrameworkProvider<OneRank> {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          NAME,
          "A is averaged, every client keeps its own B",
          "Guo et al. 2025, arXiv 2410.01463",
          OneRank.class);
    }

    @Override
    public Framework of(OneRank settings, Adapters adapters) {
      return new FedSaLora();
    }
  }
}
