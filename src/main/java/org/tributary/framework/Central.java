package org.tributary.framework;

import java.util.ArrayList;
import java.util.List;
import org.tributary.config.Key;
import org.tributary.config.Section;
import org.tributary.config.UnreadKey;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;

/**
 * Centralized training: one client has the rows of all clients. It is the upper bound for federated
 * learning; in practice such data may not be shared. The client's weights, or its adapters if the
 * configuration asks for them, become the weights of the next round without any change.
 */
final class Central extends LinearFramework {
  static final String NAME = "central";

  private final Settings settings;

  Central(Settings settings) {
    this.settings = settings;
  }

  @Override
  public RoundPlan plan(Trainables trainables, int round) {
    return Local.everything(trainables, Role.TRAVELS);
  }

  @Override
  public boolean pooled() {
    return true;
  }

  @Override
  public boolean takesStepsOfCohort() {
    return settings.centralSteps().equals(Settings.COHORT);
  }

  /**
   * The keys of centralized training.
   *
   * @param centralSteps steps a round of the one client: as many as all clients of a round take
   *     together ({@code cohort}), or as many as each client takes ({@code client})
   */
  public record Settings(
      @Key(
              value = "steps of the one client: those of a round's cohort, or of one client",
              byDefault = COHORT,
              before = "client",
              oneOf = {COHORT, "client"})
          String centralSteps)
      implements Section {
    private static final String COHORT = "cohort";

    /** No clients are sampled, and nothing is weighted. */
    @Override
    public List<UnreadKey> unread() {
      String one = "central has one client, which takes part in every round; the others read it";
      List<UnreadKey> unread =
          new ArrayList<>(
              List.of(
                  OneRank.ranks(),
                  new UnreadKey("weights", "name", "central merges nothing; the others read it"),
                  new UnreadKey("/cohort.minClients", "name", one)));
      if (!centralSteps.equals(COHORT)) {
        unread.add(new UnreadKey("/cohort.fraction", "centralSteps", one));
      }
      return unread;
    }
  }

  /** Registers it under its name. */
  public static final class Provider extends FrameworkProvider<Central.Settings> {
    /** Called by {@link java.util.ServiceLoader}. */
    public Provider() {
      super(
          NAME,
          "one client with all rows: the ceiling that no federation has",
          "a baseline",
          Central.Settings.class);
    }

    @Override
    public Framework of(Settings settings, Adapters adapters) {
      return new Central(settings);
    }
  }
}
