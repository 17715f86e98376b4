package org.tributary.planning;

import java.io.IOException;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.tributary.checkpoint.SafeTensorsHeader;
import org.tributary.config.TrainConfig;
import org.tributary.model.Precision;
import org.tributary.optim.Optimizers;
import org.tributary.protocol.DType;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.rows.Manifest;
import org.tributary.run.Blueprint;

/**
 * Heap, base model and disk of a run.
 *
 * @param blueprint of the run
 * @param traffic its plans and bytes by client
 */
record SpaceNeed(Blueprint blueprint, Traffic traffic) {

  /**
   * Adds up.
   *
   * @param up largest update
   * @param down most bytes that a client receives
   * @param text heap of rows of text in proportion to their file
   */
  RunPlan.Space of(long up, long down, int text) throws IOException {
    boolean images = blueprint.architecture().image() != null;
    long frozen = 0;
    long copied = 0;
    for (Map.Entry<String, SafeTensorsHeader.Entry> w : blueprint.base().used().entrySet()) {
      if (!blueprint.modelTensors().contains(w.getKey())) {
        frozen += w.getValue().bytes();
        copied += w.getValue().elements() * MemoryNeed.bytes(blueprint.precision());
      }
    }
    boolean maps = blueprint.precision() == Precision.FLOAT32 && isFloat32();
    return new RunPlan.Space(
        given() + up + rows() * (images ? 1 : text),
        MemoryNeed.evaluation(
            blueprint.architecture(),
            blueprint.precision(),
            ClientMemory.tokens(blueprint, blueprint.config().evaluate().batch())),
        maps ? 0 : copied,
        maps ? frozen : 0,
        updates(),
        globals(),
        states(),
        result());
  }

  private boolean isFloat32() {
    return blueprint.base().used().values().stream().allMatch(w -> w.dtype() == DType.F32);
  }

  /** The tensors with which a client starts, in the heap. */
  private long given() {
    RoundPlan plan = blueprint.plan(0);
    return plan.where(r -> r.goesDown() || r.isTrained()).values().stream()
        .mapToLong(Traffic::bytes)
        .sum();
  }

  /** The largest client's rows on disk. */
  private long rows() {
    return traffic.cohort(0).stream()
        .mapToLong(
            client ->
                blueprint.trainParts(client).stream()
                    .map(Manifest.Part::bytes)
                    .mapToLong(bytes -> bytes == null ? 0 : bytes)
                    .sum())
        .max()
        .orElse(0);
  }

  /** The updates of the rounds that are kept and of the open one. */
  private long updates() {
    TrainConfig config = blueprint.config();
    int rounds = Math.min(config.rounds(), config.keep().updates() + 1);
    long bytes = 0;
    for (int round = config.rounds() - rounds; round < config.rounds(); round++) {
      for (String client : traffic.cohort(round)) {
        bytes += traffic.up(client, round);
      }
    }
    return bytes;
  }

  /** The start, and the global states of the rounds that are kept and of the open one. */
  private long globals() {
    TrainConfig config = blueprint.config();
    long start =
        blueprint.modelTensors().stream()
            .mapToLong(name -> Traffic.bytes(blueprint.plan(0).parts().get(name).shape()))
            .sum();
    int rounds = Math.min(config.rounds(), config.keep().globals() + 1);
    long bytes = start;
    for (int round = config.rounds() - rounds; round < config.rounds(); round++) {
      for (Map.Entry<String, RoundPlan.Part> part : blueprint.plan(round).parts().entrySet()) {
        if (part.getValue().role().isMerged()) {
          boolean isBase =
              part.getValue().role() == Role.GIVEN
                  && blueprint.base().used().containsKey(part.getKey());
          bytes +=
              isBase
                  ? traffic.changes(part.getKey(), part.getValue().shape()).kept(round + 1)
                  : Traffic.bytes(part.getValue().shape());
        }
      }
    }
    return bytes;
  }

  /** What the clients of all rounds keep. */
  private long states() {
    TrainConfig config = blueprint.config();
    Set<String> clients = new HashSet<>();
    for (int round = 0; round < config.rounds(); round++) {
      clients.addAll(traffic.cohort(round));
    }
    long bytes = 0;
    for (String client : clients) {
      RoundPlan plan = traffic.plan(client, 0);
      bytes +=
          plan.where(r -> r.keeper() == Role.Keeper.CLIENT).values().stream()
              .mapToLong(Traffic::bytes)
              .sum();
      if (config.client().keepOptimizer()) {
        bytes += Optimizers.stateBytes(blueprint.recipe().optimizer(), plan.where(Role::isTrained));
      }
    }
    return bytes;
  }

  /** A model or an adapter; one for each client if models are personal. */
  private long result() throws IOException {
    boolean personal = blueprint.plan(0).any(Role::isPersonal);
    long models = personal ? blueprint.manifest().clients().size() : 1;
    if (!blueprint.leavesModel()) {
      return models
          * blueprint.modelTensors().stream()
              .mapToLong(name -> Traffic.bytes(blueprint.plan(0).parts().get(name).shape()))
              .sum();
    }
    long weights =
        blueprint.base().files().tensors().values().stream()
            .mapToLong(SafeTensorsHeader.Entry::bytes)
            .sum();
    long head = blueprint.newHead().values().stream().mapToLong(Traffic::bytes).sum();
    return models * (weights + head);
  }
}
