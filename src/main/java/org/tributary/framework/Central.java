package org.tributary.framework;

import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;

/**
 * One client with all clients' rows: the bound that federation is measured against, and what data
 * that may not leave the house cannot have. Its weights, or adapters where the configuration asks
 * for them, become the next round's as they are.
 */
final class Central extends LinearFramework {
  static final String NAME = "central";

  @Override
  public RoundPlan plan(Trainables trainables, int round) {
    return Local.everything(trainables, Role.TRAVELS);
  }

  @Override
  public boolean pooled() {
    return true;
  }
}
