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
 * @param weights p_k = n_k / Σ n by training rows, or 1/K
 * @param server takes a step with the mean change of the clients; null to take the mean itself
 * @param local a change of the clients' training; null for none
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
        String centralSteps,
    @Key(
            value = "how much a client counts in a merge: by its rows, or as every other",
            byDefault = "rows",
            oneOf = {"rows", "uniform"},
            later = true)
        String weights,
    @Key(value = "an optimizer of the server's", optional = true, later = true) Server server,
    @Key(value = "a change of the clients' training", optional = true, later = true) Local local)
    implements Section {

  /** fedavg has no adapters, flexlora and flora have clients' ranks, central has one client. */
  @Override
  public List<Unread> unread() {
    List<Unread> unread = new ArrayList<>();
    if (name.equals("fedavg")) {
      unread.add(
          new Unread(
              "lora",
              "name",
              "fedavg trains the weights themselves and does not read it; fedit, ffa-lora,"
                  + " flexlora, fedsa-lora, rolora, flora, local and central do"));
    } else if (!List.of("flexlora", "flora").contains(name)) {
      unread.add(
          new Unread("lora.ranks", "name", name + " does not read it, flexlora and flora do"));
    }
    if (!name.equals("central")) {
      unread.add(new Unread("centralSteps", "name", name + " does not read it, central does"));
    }
    if (List.of("central", "local").contains(name)) {
      unread.add(new Unread("weights", "name", name + " merges nothing and does not read it"));
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

  /**
   * A server optimizer (Reddi et al., arXiv 2003.00295): w += a step with Δ = Σ p_k (w_k − w).
   *
   * @param name a server optimizer's name
   * @param lr η
   * @param momentum β of fedavgm
   * @param beta1 decay of the first moment of the others
   * @param beta2 decay of the second moment of fedadam and fedyogi
   * @param tau added to the root of the second moment, which begins with its square
   */
  public record Server(
      @Key(value = "the server optimizer's name", required = true) String name,
      @Key(value = "learning rate of the server", required = true, above = 0) double lr,
      @Key(value = "momentum of fedavgm", byDefault = "0.9", min = 0, below = 1) double momentum,
      @Key(value = "decay of the first moment", byDefault = "0.9", min = 0, below = 1) double beta1,
      @Key(value = "decay of the second moment", byDefault = "0.99", min = 0, below = 1)
          double beta2,
      @Key(value = "added to the root of the second moment", byDefault = "1.0e-3", above = 0)
          double tau)
      implements Section {

    /** Momentum is fedavgm's, moments are the others', and fedadagrad's second never decays. */
    @Override
    public List<Unread> unread() {
      List<Unread> unread = new ArrayList<>();
      if (name.equals("fedavgm")) {
        for (String key : List.of("beta1", "beta2", "tau")) {
          unread.add(new Unread(key, "name", "fedavgm does not read it, adaptive optimizers do"));
        }
      } else {
        unread.add(new Unread("momentum", "name", name + " does not read it, fedavgm does"));
      }
      if (name.equals("fedadagrad")) {
        unread.add(
            new Unread("beta2", "name", "fedadagrad does not read it, fedadam and fedyogi do"));
      }
      return unread;
    }
  }

  /**
   * A change of the clients' training.
   *
   * @param name a local rule's name
   * @param mu μ of fedprox's term μ/2 ‖w − w_t‖²
   */
  public record Local(
      @Key(value = "the local rule's name", required = true) String name,
      @Key(value = "factor of fedprox's term", above = 0) Double mu)
      implements Section {

    /** FedProx without its factor is no FedProx. */
    @Override
    public List<String> problems() {
      return name.equals("fedprox") && mu == null
          ? List.of("fedprox needs its factor mu; give one, such as mu: 0.01")
          : List.of();
    }

    /** The factor is fedprox's. */
    @Override
    public List<Unread> unread() {
      return name.equals("fedprox")
          ? List.of()
          : List.of(new Unread("mu", "name", name + " does not read it, fedprox does"));
    }
  }
}
