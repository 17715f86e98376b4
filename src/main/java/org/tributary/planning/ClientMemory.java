package org.tributary.planning;

import java.util.Comparator;
import java.util.Map;
import java.util.stream.Stream;
import org.tributary.client.Recipe;
import org.tributary.model.Architecture;
import org.tributary.optim.Optimizers;
import org.tributary.protocol.Role;
import org.tributary.run.Blueprint;

/**
 * The native memory of the clients of a run.
 *
 * @param blueprint of the run
 * @param traffic its plans by client
 */
record ClientMemory(Blueprint blueprint, Traffic traffic) {
  /** Rounds in which roles may differ before they repeat. */
  private static final int ROUNDS = 2;

  /** The largest need of any client in the first rounds. */
  MemoryNeed largest() {
    return Stream.iterate(0, r -> r + 1)
        .limit(Math.min(ROUNDS, blueprint.config().rounds()))
        .flatMap(round -> traffic.cohort(round).stream().map(client -> of(client, round)))
        .max(Comparator.comparingLong(MemoryNeed::peak))
        .orElseThrow();
  }

  private MemoryNeed of(String client, int round) {
    Map<String, long[]> trained = traffic.plan(client, round).where(Role::isTrained);
    Recipe recipe = blueprint.recipe();
    return MemoryNeed.of(
        blueprint.architecture(),
        trained,
        new MemoryNeed.Setting(
            blueprint.precision(),
            recipe.backward(),
            tokens(blueprint, recipe.batch()),
            Optimizers.stateBytes(recipe.optimizer(), trained)));
  }

  /** The tokens of a batch whose rows are as long as they may be. */
  static long tokens(Blueprint blueprint, int rows) {
    Architecture model = blueprint.architecture();
    int length =
        model.image() == null
            ? Math.min(blueprint.config().model().maxLength(), model.maxPositions())
            : model.maxPositions();
    return (long) rows * length;
  }
}
