package org.tributary.run;

import org.tributary.client.BackwardMode;
import org.tributary.client.Recipe;
import org.tributary.config.ClientSection;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.framework.Framework;
import org.tributary.optim.OptimizerSettings;
import org.tributary.rows.Manifest;

/** Makes the recipe of client training from a run's configuration. */
final class Recipes {
  private Recipes() {}

  /**
   * How every client trains.
   *
   * @param config of the run
   * @param framework of the run
   * @param manifest says how many rows the clients have, each at least one
   * @return the recipe from the configuration; for one client with all rows it has the steps of a
   *     whole cohort, unless the configuration says otherwise
   * @throws WrongInput if there are too many steps to count
   */
  static Recipe of(TrainConfig config, Framework framework, Manifest manifest) {
    Recipe each = of(config);
    return framework.pooled() && framework.takesStepsOfCohort()
        ? each.withSteps(cohortSteps(each, config, manifest))
        : each;
  }

  /**
   * The steps that all clients of a round take together. If all clients take the same number of
   * steps, it is the number of sampled clients times these steps; otherwise it is the sampled share
   * of the steps of all clients.
   */
  private static int cohortSteps(Recipe each, TrainConfig config, Manifest manifest) {
    int clients = manifest.clients().size();
    long all =
        manifest.clients().values().stream()
            .mapToLong(client -> each.stepsFor(Math.toIntExact(client.train().rows())))
            .sum();
    double share = (double) Cohort.size(clients, config.cohort().fraction()) / clients;
    long together = Math.max(1, Math.round(all * share));
    if (together > Integer.MAX_VALUE) {
      throw new WrongInput(
          "client: %s takes the steps of a round's clients together, %d, which is more than %d; give fewer steps or epochs"
              .formatted(config.framework().name(), together, Integer.MAX_VALUE));
    }
    return (int) together;
  }

  private static Recipe of(TrainConfig config) {
    ClientSection c = config.client();
    ClientSection.Optimizer o = c.optimizer();
    return new Recipe(
        config.seed(),
        config.rounds(),
        c.steps() == null ? 0 : c.steps(),
        c.epochs() == null ? 0 : c.epochs(),
        c.batch(),
        c.accumulate(),
        c.clip() == null ? Double.POSITIVE_INFINITY : c.clip(),
        optimizer(config),
        c.schedule().name(),
        o.lr(),
        c.schedule().warmup(),
        c.keepOptimizer(),
        c.perBlock()
            ? BackwardMode.UPDATING
            : c.checkpointing() ? BackwardMode.CHECKPOINTED : BackwardMode.WHOLE);
  }

  /** The optimizer and its settings. */
  static OptimizerSettings optimizer(TrainConfig config) {
    ClientSection.Optimizer o = config.client().optimizer();
    return new OptimizerSettings(o.name(), o.settings(), o.weightDecay(), config.seed());
  }
}
