package org.tributary.planning;

import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.function.ToDoubleFunction;
import org.tributary.rows.Manifest;
import org.tributary.run.Blueprint;

/**
 * The most rounds of a run that a budget allows, and what they spend if every sampled client is
 * accepted. Steps and bytes are those of the tables; see {@link Traffic}.
 *
 * @param rounds how many
 * @param steps optimizer steps of all clients
 * @param stepsInTurn the steps of the slot that ends last, summed over the rounds
 * @param bytes that all clients send and receive
 */
public record Affordable(int rounds, long steps, long stepsInTurn, long bytes) {
  /** No run has more rounds by a budget. */
  public static final int MOST_ROUNDS = 10_000;

  private static final Affordable NOTHING = new Affordable(0, 0, 0, 0);

  /**
   * Counts rounds until the budget is spent.
   *
   * @param blueprint of the run; its number of rounds does not matter
   * @param slots clients that train at once
   * @param cost what rounds cost
   * @param budget the most that they may cost
   * @return the rounds, at most {@link #MOST_ROUNDS}; empty if the first round costs nothing, so
   *     that the budget is no bound
   */
  public static Optional<Affordable> within(
      Blueprint blueprint, int slots, ToDoubleFunction<Affordable> cost, double budget) {
    Counter counter = new Counter(blueprint, slots);
    Affordable spent = NOTHING;
    while (spent.rounds < MOST_ROUNDS) {
      Affordable next = counter.plus(spent);
      double price = cost.applyAsDouble(next);
      if (next.rounds == 1 && price == 0) {
        return Optional.empty();
      }
      if (price > budget) {
        break;
      }
      spent = next;
    }
    return Optional.of(spent);
  }

  /**
   * What the first round spends.
   *
   * @param blueprint of the run
   * @param slots clients that train at once
   * @return one round
   */
  public static Affordable first(Blueprint blueprint, int slots) {
    return new Counter(blueprint, slots).plus(NOTHING);
  }

  /** Adds one round after another. */
  private static final class Counter {
    private final Blueprint blueprint;
    private final int slots;
    private final Traffic traffic;
    private final Map<String, Integer> stepsOf = new HashMap<>();

    Counter(Blueprint blueprint, int slots) {
      this.blueprint = blueprint;
      this.slots = slots;
      traffic = new Traffic(blueprint);
    }

    Affordable plus(Affordable spent) {
      int round = spent.rounds;
      long steps = 0;
      long bytes = 0;
      long last = 0;
      PriorityQueue<Long> busy = new PriorityQueue<>(Collections.nCopies(slots, 0L));
      for (String client : traffic.cohort(round)) {
        int own = stepsOf.computeIfAbsent(client, this::steps);
        steps += own;
        bytes += traffic.up(client, round) + traffic.down(client, round);
        long end = busy.remove() + own;
        busy.add(end);
        last = Math.max(last, end);
      }
      return new Affordable(
          round + 1, spent.steps + steps, spent.stepsInTurn + last, spent.bytes + bytes);
    }

    private int steps(String client) {
      long rows = blueprint.trainParts(client).stream().mapToLong(Manifest.Part::rows).sum();
      return blueprint.recipe().stepsFor(Math.toIntExact(rows));
    }
  }
}
