package org.tributary.framework;

import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;

/**
 * Every client alone: the baseline that federation has to beat. Nothing travels; each client goes
 * on with its own weights, or its own adapters where the configuration asks for them.
 */
final class Local extends LinearFramework {
  static final String NAME = "local";

  @Override
  public RoundPlan plan(Trainables trainables, int round) {
    return everything(trainables, Role.STAYS);
  }

  @Override
  public boolean averages() {
    return false; // nothing travels
  }

  static RoundPlan everything(Trainables trainables, Role role) {
    if (!trainables.adapters()) {
      return new RoundPlan().with(trainables.fullRank(), role);
    }
    return new RoundPlan()
        .with(trainables.a(), role)
        .with(trainables.b(), role)
        .with(trainables.besideAdapters(), role);
  }
}
