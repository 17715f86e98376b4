package org.tributary.config;

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
 * @param seed of the runs that try rates; null for the first of {@code seeds}
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
            value = "rounds of the runs that try a rate; absent for those of the runs",
            min = 1,
            example = "4")
        Integer rounds)
    implements Section {

  /** The first grid must fit into the search. */
  @Override
  public List<String> problems() {
    return points <= most
        ? List.of()
        : List.of(
            "points: %d are more than most, %d; lower points or raise most"
                .formatted(points, most));
  }
}
