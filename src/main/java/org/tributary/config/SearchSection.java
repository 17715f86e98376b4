package org.tributary.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;

/**
 * A search for the learning rate of each variant on each partitioned set, on validation rows only.
 *
 * <p>It begins with the variant's {@code rates}, or without them with a grid around the variant's
 * configured rate. While the best rate lies at the edge of those that were tried, the next rate
 * beyond that edge is tried, too. The best one is used for all seeds.
 *
 * @param factor between neighbouring rates of the grid, and from the edge to the next rate
 * @param points rates of the first grid of a variant without {@code rates}
 * @param most the most rates that are tried
 * @param seed of the runs that try rates; null for the first of the comparison's seeds
 * @param seeds of these runs, instead of one seed: each rate is tried with each of them, and the
 *     best mean score decides; empty for {@code seed}
 * @param rounds of these runs; null for those of the run
 */
public record SearchSection(
    @Key(
            value = "factor between neighbouring learning rates, also beyond the edge of the grid",
            byDefault = "3.0",
            min = 1.1,
            max = 100,
            example = "10.0")
        double factor,
    @Key(
            value =
                "rates of the first grid around the configured one, for a variant without rates",
            byDefault = "3",
            min = 1,
            example = "5")
        int points,
    @Key(
            value = "most rates that are tried for a variant and partition",
            byDefault = "8",
            min = 2,
            example = "12")
        int most,
    @Key(value = "seed of the runs that try a rate; absent for the first of seeds", example = "7")
        Long seed,
    @Key(
            value =
                "seeds of the runs that try a rate: the best mean score decides; [] for one seed",
            byDefault = "[]",
            numbers = true,
            example = "[1, 2, 3]")
        List<String> seeds,
    @Key(
            value = "rounds of the runs that try a rate; absent for those of the runs",
            min = 1,
            example = "4")
        Integer rounds)
    implements Section {

  /** The first grid must fit into the search, and the seeds are named once. */
  @Override
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (points > most) {
      problems.add(
          "points: %d are more than most, %d; lower points or raise most".formatted(points, most));
    }
    if (seed != null && !seeds.isEmpty()) {
      problems.add("seed: %d is one seed, and seeds names %s; keep one key".formatted(seed, seeds));
    }
    if (new HashSet<>(seeds).size() < seeds.size()) {
      problems.add("seeds: %s has one twice; keep one".formatted(seeds));
    }
    for (String each : seeds) {
      if (!each.matches("-?[0-9]{1,18}")) {
        problems.add("seeds: %s is no whole number; write one such as 7".formatted(each));
      }
    }
    return problems;
  }
}
