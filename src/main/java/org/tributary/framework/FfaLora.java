package org.tributary.framework;

import org.tributary.protocol.Adapters;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;

/**
 * FFA-LoRA (Sun et al. 2024, arXiv 2403.12313): A is initialized once, is the same on all clients
 * and never changes; B trains, B = Σ p_k B_k. Exact: Σ p_k s B_k A = s (Σ p_k B_k) A. Up and down:
 * r m per matrix m×n, and A once down. A new head and the weights that {@code framework.train}
 * names are trained and sent in full.
 */
final class FfaLora extends LinearFramework {
  static final String NAME = "ffa-lora";

  @Override
  public RoundPlan plan(Trainables trainables, int round) {
    return AdapterPlan.of(NAME, trainables, Role.FIXED, Role.TRAVELS);
  }

  /** Registers it under its name. */
  public static final class Provider extends FrameworkProvider<OneRank> {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          NAME,
          "A stays as it is drawn, B trains; exact",
          "Sun et al. 2024, arXiv 2403.12313",
          OneRank.class);
    }

    @Override
    public Framework of(OneRank settings, Adapters adapters) {
      return new FfaLora();
    }
  }
}
