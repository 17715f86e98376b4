package org.tributary.framework;

import java.util.List;
import org.tributary.config.Section;
import org.tributary.config.Unread;
import org.tributary.error.WrongInput;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;

/**
 * Direct weight averaging (McMahan et al. 2017): clients train the weights themselves, W = Σ p_k
 * W_k. Up and down: all elements of what trains.
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

  /** No keys of its own, and none of adapters. */
  public record Settings() implements Section {
    @Override
    public List<Unread> unread() {
      return List.of(
          new Unread(
              "lora",
              "name",
              "fedavg trains the weights themselves, not adapters; fedit and others read it"));
    }
  }

  /** Finds it by its name. */
  public static final class Provider extends FrameworkProvider<FedAvg.Settings> {
    /** For {@link java.util.ServiceLoader}. */
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
