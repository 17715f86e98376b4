package org.tributary.config;

import java.util.Collections;
import java.util.List;

/**
 * The federated framework (aggregation method) of a run.
 *
 * @param name a framework's name
 * @param train globs over names of weights that are trained in full; empty for the framework's
 *     default
 * @param lora low-rank adapters; null if absent
 * @param head {@code frozen} if the classifier, and what is between it and the encoder, stays as it
 *     is; else {@code trained}
 * @param weights p_k = n_k / Σ n by training rows, or 1/K
 * @param server the server optimizer, which takes a step with the mean change of the clients; null
 *     to use the mean
 * @param local a change of the clients' training; null for none
 * @param settings the framework's own keys
 */
public record FrameworkSection(
    @Key(value = "the framework's name", required = true, example = "fedit") String name,
    @Key(
            value = "globs over names of weights that train in full; [] for the framework's own",
            byDefault = "[]",
            example = "[\"*LayerNorm*\"]")
        List<String> train,
    @Key(value = "low-rank adapters", optional = true) Lora lora,
    @Key(
            value =
                "whether the classifier trains, or stays as in the checkpoint or as it is drawn",
            byDefault = "trained",
            oneOf = {"trained", "frozen"},
            later = true)
        String head,
    @Key(
            value = "weight of a client in the aggregation: by its rows, or uniform",
            byDefault = "rows",
            oneOf = {"rows", "uniform"},
            later = true)
        String weights,
    @Key(value = "server optimizer", optional = true, later = true) Server server,
    @Key(value = "local rule: a change of the clients' training", optional = true, later = true)
        Local local,
    @Key(value = "the framework's own keys", settingsOf = "name") Record settings) {

  /**
   * A section whose classifier trains.
   *
   * @param name as above
   * @param train as above
   * @param lora as above
   * @param weights as above
   * @param server as above
   * @param local as above
   * @param settings as above
   */
  public FrameworkSection(
      String name,
      List<String> train,
      Lora lora,
      String weights,
      Server server,
      Local local,
      Record settings) {
    this(name, train, lora, "trained", weights, server, local, settings);
  }

  /**
   * Whether the classifier does not train.
   *
   * @return false by default
   */
  public boolean freezesHead() {
    return head.equals("frozen");
  }

  /**
   * Low-rank adapters (Hu et al., arXiv 2106.09685): W + scale B A.
   *
   * @param rank rows of A, columns of B; with {@code ranks} the rank of the global adapters
   * @param alpha scale is alpha / rank, with rslora alpha / sqrt(rank)
   * @param targets the linear layers to adapt: globs over their names, or last parts of their names
   * @param rslora rank-stabilised scale (arXiv 2312.03732)
   * @param ranks ranks of the clients, in turn over all clients sorted by id, so that with as many
   *     ranks as clients each client has its own rank; empty for {@code rank} everywhere
   * @param start PEFT folder with the adapters at the start of the run; null for new adapters
   */
  public record Lora(
      @Key(value = "rows of A", required = true, min = 1, example = "8") int rank,
      @Key(value = "numerator of the scale", byDefault = "16", above = 0, example = "32")
          double alpha,
      @Key(
              value = "names of the linear layers to adapt",
              required = true,
              min = 1,
              example = "[query, value]")
          List<String> targets,
      @Key(value = "scale alpha / sqrt(rank)", byDefault = "false") boolean rslora,
      @Key(
              value = "ranks of the clients in the order of their ids, repeated",
              byDefault = "[]",
              counts = true,
              example = "[8, 4]")
          List<Integer> ranks,
      @Key(
              value = "PEFT folder to start from, a URI or path; absent for fresh adapters",
              example = "runs/tickets/fedit/adapter")
          String start)
      implements Section {

    /** The rank of the global adapters must not be smaller than any client's. */
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
   * @param settings its own keys
   */
  public record Server(
      @Key(value = "the server optimizer's name", required = true) String name,
      @Key(value = "its own keys", settingsOf = "name") Record settings) {}

  /**
   * A change of the clients' training.
   *
   * @param name a local rule's name
   * @param settings its own keys
   */
  public record Local(
      @Key(value = "the local rule's name", required = true) String name,
      @Key(value = "its own keys", settingsOf = "name") Record settings) {}
}
