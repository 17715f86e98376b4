package org.tributary.framework;

import java.util.List;
import org.tributary.config.Section;
import org.tributary.config.UnreadKey;
import org.tributary.error.WrongInput;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;

/**
 * Direct weight averaging (McMahan et al. 2017): clients train the weights themselves, W = Σ p_k
 * W_k. Sent up and down: all elements of all trained weights.
 */
final class FedAvg extends LinearFramework {
  static final String NAME = "fedavg";

  @Override
  public RoundPlan plan(Trainables trainables, int round) {
    if (trainables.adapters()) {
      throw new WrongInput(
          "framework.lora: fedavg trains weights, not adapters; leave framework.lora out, or use"
              + " fedit");
    }
    return new RoundPlan().with(trainables.fullRank(), Role.TRAVELS);
  }

  /** It has no keys and uses no adapter keys. */
  public record Settings() implements Section {
    @Override
    public List<UnreadKey> unread() {
      return List.of(
          new UnreadKey(
              "lora",
              "name",
              "fedavg trains the weights themselves, not adapters; fedit and others read it"));
    }
  }

  /** Registers it under its name. */
  public static final class Provider extends FrameworkProvider<FedAvg.Settings> {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          NAME,
          "clients train the weights themselves; their weighted mean",
          "McMahan et al. 2017, arXiv 1602.05629",
          FedAvg.Settings.class);
    }

    @Override
    public Framework of(Settings settings, Adapters adapters) {
      return new FedAvg();
    }
  }
}
