package org.tributary.run;

import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.tributary.config.TrainConfig;
import org.tributary.error.WrongInput;
import org.tributary.framework.Framework;
import org.tributary.optim.Optimizers;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.protocol.Trainables;

/** The role of each tensor in each round of a run, as chosen by the framework. */
final class RoundPlans {
  private final TrainConfig config;
  private final Framework framework;
  private final Trainables trainables;
  private final Map<String, long[]> frozen;
  private final Map<Integer, RoundPlan> plans = new ConcurrentHashMap<>();
  private final Set<String> modelTensors;

  /**
   * Plans of a run.
   *
   * @param config of the run
   * @param framework chooses the roles
   * @param trainables what the model and the configuration allow to train
   * @param frozen shapes of a newly initialized classifier that does not train
   * @throws WrongInput if the framework cannot use them
   */
  RoundPlans(
      TrainConfig config, Framework framework, Trainables trainables, Map<String, long[]> frozen) {
    this.config = config;
    this.framework = framework;
    this.trainables = trainables;
    this.frozen = frozen;
    modelTensors = modelTensors(of(0));
  }

  /** A round's plan, in the shapes of the global tensors. */
  RoundPlan of(int round) {
    return plans.computeIfAbsent(
        round, r -> framework.plan(trainables, r).with(frozen, Role.FIXED));
  }

  /** The tensors of the plans that are part of the model; the others belong to the framework. */
  Set<String> modelTensors() {
    return modelTensors;
  }

  private Set<String> modelTensors(RoundPlan plan) {
    Set<String> names = new TreeSet<>(plan.parts().keySet());
    names.removeIf(name -> !trainables.names().contains(name) && !frozen.containsKey(name));
    return names;
  }

  /** Whether the run ends with a model folder; otherwise it ends with an adapter. */
  boolean leavesModel() {
    return framework.leavesModel(trainables);
  }

  /**
   * Checks that the optimizer fits the trained tensors of every round, and its state those of the
   * next round.
   *
   * @throws WrongInput if they do not
   */
  void check() {
    SortedMap<String, long[]> trained = new TreeMap<>();
    for (int round = 0; round < config.rounds(); round++) {
      RoundPlan plan = of(round);
      if (!modelTensors(plan).equals(modelTensors)) {
        throw new IllegalStateException(
            "%s has other tensors of the model in round %d than in round 1"
                .formatted(config.framework().name(), round + 1));
      }
      trained.putAll(plan.where(Role::isTrained));
      if (config.client().keepOptimizer()
          && !plan.where(Role::isTrained).keySet().equals(trained.keySet())) {
        throw new WrongInput(
            "client.keepOptimizer: %s trains other tensors in round %d than before, so that the optimizer's state does not fit; remove keepOptimizer"
                .formatted(config.framework().name(), round + 1));
      }
    }
    Optimizers.check(Recipes.optimizer(config), trained);
    if (of(0).any(Role::isFresh)) {
      checkFresh();
    }
  }

  /** No optimizer state is kept for a tensor that is initialized in every round. */
  private void checkFresh() {
    String name = config.framework().name();
    if (config.framework().lora().start() != null) {
      throw new WrongInput(
          "framework.lora.start: %s begins with new adapters in every round and does not read it; merge the adapter into the base model with the job merge-adapter, and remove start"
              .formatted(name));
    }
    if (config.client().keepOptimizer()) {
      throw new WrongInput(
          "client.keepOptimizer: %s begins with new adapters in every round, which the state of the last ones does not fit; remove keepOptimizer"
              .formatted(name));
    }
  }
}
