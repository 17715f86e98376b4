package org.tributary.planning;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;
import org.tributary.protocol.Role;
import org.tributary.protocol.RoundPlan;
import org.tributary.run.Blueprint;

/**
 * The bytes that each client sends and receives in each round, from the shapes of the plans alone.
 * They are those of the table {@code clients} of a run in which every sampled client is accepted,
 * except for a matrix of which a client sends only the changed rows: here it counts as a whole. All
 * tensors travel in float32.
 */
public final class Traffic {
  private final Blueprint blueprint;
  private final Map<Integer, List<String>> cohorts = new HashMap<>();
  private final Map<String, BaseChanges> changes = new HashMap<>();

  /**
   * For a run.
   *
   * @param blueprint of the run
   */
  public Traffic(Blueprint blueprint) {
    this.blueprint = blueprint;
  }

  /**
   * The clients of a round.
   *
   * @param round counted from 0
   * @return ids, sorted
   */
  public List<String> cohort(int round) {
    return cohorts.computeIfAbsent(round, blueprint::cohort);
  }

  /**
   * What a client sends.
   *
   * @param client id
   * @param round counted from 0
   * @return bytes
   */
  public long up(String client, int round) {
    return plan(client, round).where(Role::goesUp).values().stream()
        .mapToLong(Traffic::bytes)
        .sum();
  }

  /**
   * What a client receives: tensors that are new to it, or that a merge may have written since its
   * last round. Of the weights of the checkpoint that clients do not train, only the changes.
   *
   * @param client id
   * @param round counted from 0; the client is sampled in it
   * @return bytes
   */
  public long down(String client, int round) {
    RoundPlan plan = plan(client, round);
    Set<String> names = blueprint.down(client, round);
    int since = blueprint.lastRound(client, round);
    long bytes = 0;
    for (String name : names) {
      RoundPlan.Part part = plan.parts().get(name);
      boolean isBase = part.role() == Role.GIVEN && blueprint.base().used().containsKey(name);
      bytes += isBase ? changes(name, part.shape()).bytesSince(round, since) : bytes(part.shape());
    }
    return bytes;
  }

  /**
   * The parameters that a client trains.
   *
   * @param client id
   * @param round counted from 0
   * @return number of elements
   */
  public long trainable(String client, int round) {
    return plan(client, round).trainableParameters();
  }

  /** The changes of a weight of the checkpoint that merges write. */
  BaseChanges changes(String name, long[] shape) {
    return changes.computeIfAbsent(name, n -> new BaseChanges(shape, this::changedRank));
  }

  /** The roles and shapes of a client in a round. */
  RoundPlan plan(String client, int round) {
    return blueprint.ranks().plan(client, blueprint.plan(round));
  }

  /** The rank of the change that a round's merge adds to a base weight: all clients' ranks. */
  private int changedRank(int round) {
    return cohort(round).stream().mapToInt(blueprint.ranks()::of).sum();
  }

  /** The size of a tensor that travels. */
  static long bytes(long[] shape) {
    return HostTensor.elements(shape) * DType.F32.bytes();
  }
}
