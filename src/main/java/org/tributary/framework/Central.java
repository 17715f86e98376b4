package org.tributary.framework;

import java.util.ArrayList;
import java.util.List;
import org.tributary.config.Key;
import org.tributary.config.Section;
import org.tributary.config.Unread;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;

/**
 * One client with all clients' rows: centralized training, the upper bound for federated learning,
 * which needs data that may not be shared. Its weights, or adapters where the configuration asks
 * for them, become the next round's as they are.
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
   * What one client does instead of many.
   *
   * @param centralSteps steps a round of the one client: as many as a round's cohort takes together
   *     ({@code cohort}), or as many as each client would ({@code client})
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

    /** Nobody is chosen, and nothing is weighed. */
    @Override
    public List<Unread> unread() {
      String one = "central has one client, which takes part in every round; the others read it";
      List<Unread> unread =
          new ArrayList<>(
              List.of(
                  OneRank.RANKS,
                  new Unread("weights", "name", "central merges nothing; the others read it"),
                  new Unread("/cohort.minClients", "name", one)));
      if (!centralSteps.equals(COHORT)) {
        unread.add(new Unread("/cohort.fraction", "centralSteps", one));
      }
      return unread;
    }
  }

  /** Finds it by its name. */
  public static final class Provider extends FrameworkProvider<Central.Settings> {
    /** For {@link java.util.ServiceLoader}. */
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
