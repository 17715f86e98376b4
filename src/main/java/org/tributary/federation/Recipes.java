package org.tributary.federation;

import org.tributary.client.Backward;
import org.tributary.client.Recipe;
import org.tributary.config.ClientSection;
import org.tributary.config.TrainConfig;
import org.tributary.optim.GaLoreSettings;
import org.tributary.optim.OptimizerSettings;
import org.tributary.optim.Projector;

/** Turns a run's configuration into what a client's training asks for. */
final class Recipes {
  private Recipes() {}

  /**
   * How every client trains.
   *
   * @param config of the run
   * @return numbers from the configuration
   */
  static Recipe of(TrainConfig config) {
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
            ? Backward.UPDATING
            : c.checkpointing() ? Backward.CHECKPOINTED : Backward.WHOLE);
  }

  /** The optimizer and its numbers. */
  static OptimizerSettings optimizer(TrainConfig config) {
    ClientSection.Optimizer o = config.client().optimizer();
    ClientSection.GaLore g = o.galore();
    return new OptimizerSettings(
        o.name(),
        o.momentum(),
        o.beta1(),
        o.beta2(),
        o.eps(),
        o.weightDecay(),
        g == null
            ? null
            : new GaLoreSettings(
                g.rank(),
                g.gap(),
                g.scale(),
                g.targets(),
                Projector.named(g.projector()),
                config.seed()));
  }
}
