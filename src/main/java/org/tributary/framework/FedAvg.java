package org.tributary.framework;

import org.tributary.error.WrongInput;
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
}
