package org.tributary.framework;

import java.util.List;
import org.tributary.config.Section;
import org.tributary.config.UnreadKey;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;

/**
 * Local training: every client trains alone. It is the baseline that federated learning has to
 * beat. Nothing is sent. Each client continues with its own weights, or with its own adapters if
 * the configuration asks for them.
 */
final class Local extends LinearFramework {
  static final String NAME = "local";

  @Override
  public RoundPlan plan(Trainables trainables, int round) {
    return everything(trainables, Role.STAYS);
  }

  @Override
  public boolean averages() {
    return false; // clients send nothing
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

  /** It has no keys, and uses no keys of merges. */
  public record Settings() implements Section {
    @Override
    public List<UnreadKey> unread() {
      String why = "local merges nothing; the others read it";
      return List.of(
          OneRank.ranks(),
          new UnreadKey("weights", "name", why),
          new UnreadKey("/reduce", "name", why));
    }
  }

  /** Registers it under its name. */
  public static final class Provider extends FrameworkProvider<Local.Settings> {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          NAME,
          "every client alone: the baseline that federated learning has to beat",
          "a baseline",
          Local.Settings.class);
    }

    @Override
    public Framework of(Settings settings, Adapters adapters) {
      return new Local();
    }
  }
}
