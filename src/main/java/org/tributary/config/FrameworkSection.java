package org.tributary.config;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The federated framework of a run.
 *
 * @param name a framework's name
 * @param train globs over names of weights that train in full; empty for the framework's own
 * @param lora low-rank adapters; null when absent
 * @param centralSteps steps a round of the one client of {@code central}: as many as a round's
 *     cohort takes together ({@code cohort}), or as many as each client would ({@code client})
 */
public record FrameworkSection(
    @Key(value = "the framework's name", required = true) String name,
    @Key(
            value = "globs over names of weights that train in full; [] for the framework's own",
            byDefault = "[]")
        List<String> train,
    @Key(value = "low-rank adapters", optional = true) Lora lora,
    @Key(
            value =
                "steps of the one client of central: those of a round's cohort, or of one client",
            byDefault = "cohort",
            before = "client",
            oneOf = {"cohort", "client"})
        String centralSteps)
    implements Section {

  /** fedavg has no adapters, flexlora alone has clients' ranks, central alone one client. */
  @Override
  public List<Unread> unread() {
    List<Unread> unread = new ArrayList<>();
    if (name.equals("fedavg")) {
      unread.add(
          new Unread(
              "lora",
              "name",
              "fedavg trains the weights themselves and does not read it; fedit, ffa-lora, flexlora,"
                  + " local and central do"));
    } else if (!name.equals("flexlora")) {
      unread.add(new Unread("lora.ranks", "name", name + " does not read it, flexlora does"));
    }
    if (!name.equals("central")) {
      unread.add(new Unread("centralSteps", "name", name + " does not read it, central does"));
    }
    return unread;
  }

  /**
   * Low-rank adapters (Hu et al., arXiv 2106.09685): W + scale B A.
   *
   * @param rank rows of A, columns of B; with {@code ranks} those of the global adapters
   * @param alpha scale is alpha / rank, with rslora alpha / sqrt(rank)
   * @param targets globs over, or last parts of, the names of the linear layers to adapt
   * @param rslora rank-stabilised scale (arXiv 2312.03732)
   * @param ranks the clients' own, in turn over all clients in the order of their ids, so that with
   *     as many ranks as clients each has its own; empty for {@code rank} everywhere
   * @param start PEFT folder whose adapters the run begins with; null for fresh ones
   */
  public record Lora(
      @Key(value = "rows of A", required = true, min = 1) int rank,
      @Key(value = "numerator of the scale", byDefault = "16", above = 0) double alpha,
      @Key(value = "names of the linear layers to adapt", required = true, min = 1)
          List<String> targets,
      @Key(value = "scale alpha / sqrt(rank)", byDefault = "false") boolean rslora,
      @Key(
              value = "ranks of the clients in the order of their ids, over and over",
              byDefault = "[]",
              counts = true)
          List<Integer> ranks,
      @Key("PEFT folder to begin with, a URI or path; absent for fresh adapters") String start)
      implements Section {

    /** The global adapters hold every client's. */
    @Override
    public List<String> problems() {
      return ranks.stream().allMatch(r -> r <= rank)
          ? List.of()
          : List.of(
              "ranks: %s has more than rank, %d, which is the global adapters'; raise rank to %d"
                  .formatted(ranks, rank, Collections.max(ranks)));
    }
  }
}
