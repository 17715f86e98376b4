package org.tributary.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Local training in a run.
 *
 * @param steps optimizer steps a round; null when epochs are given
 * @param epochs passes over the client's rows a round; null when steps are given
 * @param batch rows of a micro batch
 * @param accumulate micro batches a step
 * @param clip largest global L2 norm of the gradient; null for no clipping
 * @param threads CPU threads of one client
 * @param keepOptimizer whether the optimizer's state lives on from round to round
 * @param precision type of weights and activations; losses and moments are float32 in any
 * @param checkpointing whether activations are kept for one block at a time, each computed twice
 * @param perBlock whether each block is changed as soon as its gradients are there; with {@code
 *     checkpointing}'s walk, without clip and accumulate
 * @param optimizer the optimizer
 * @param schedule the learning rate over the whole run
 */
public record ClientSection(
    @Key(value = "optimizer steps a round", min = 1) Integer steps,
    @Key(value = "passes over the client's rows a round", above = 0) Double epochs,
    @Key(value = "rows of a micro batch", byDefault = "16", min = 1) int batch,
    @Key(value = "micro batches a step", byDefault = "1", min = 1) int accumulate,
    @Key(value = "largest global L2 norm of the gradient", above = 0) Double clip,
    @Key(value = "CPU threads of one client", byDefault = "1", min = 1) int threads,
    @Key(value = "whether optimizer state lives on across rounds", byDefault = "false")
        boolean keepOptimizer,
    @Key(
            value = "type of weights and activations",
            byDefault = "float32",
            oneOf = {"float32", "bfloat16"})
        String precision,
    @Key(value = "keep activations of one block at a time", byDefault = "false")
        boolean checkpointing,
    @Key(value = "change each block as soon as it has gradients", byDefault = "false")
        boolean perBlock,
    @Key(value = "the optimizer", required = true) Optimizer optimizer,
    @Key("learning rate over the whole run") Schedule schedule)
    implements Section {

  /** How long a client trains is said once; a step by blocks has no whole gradient. */
  @Override
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (steps == null && epochs == null) {
      problems.add("how long a client trains is missing; give steps or epochs");
    }
    if (steps != null && epochs != null) {
      problems.add("has both steps and epochs; give one of them");
    }
    if (perBlock && (clip != null || accumulate > 1)) {
      problems.add(
          "perBlock has no whole gradient to clip or accumulate; remove clip and accumulate, or"
              + " use checkpointing instead of perBlock");
    }
    return problems;
  }

  /**
   * The optimizer.
   *
   * @param name an optimizer's name
   * @param lr learning rate
   * @param momentum of SGD
   * @param beta1 decay of the first moment
   * @param beta2 decay of the second moment
   * @param eps added to the root of the second moment
   * @param weightDecay decoupled weight decay, relative to the learning rate
   * @param galore subspaces of the optimizer galore; null for others
   */
  public record Optimizer(
      @Key(value = "the optimizer's name", required = true) String name,
      @Key(value = "learning rate", required = true, above = 0) double lr,
      @Key(value = "momentum of SGD", byDefault = "0.0", min = 0, below = 1) double momentum,
      @Key(value = "decay of the first moment", byDefault = "0.9", min = 0, below = 1) double beta1,
      @Key(value = "decay of the second moment", byDefault = "0.999", min = 0, below = 1)
          double beta2,
      @Key(value = "added to the root of the second moment", byDefault = "1.0e-8", above = 0)
          double eps,
      @Key(value = "weight decay, as the optimizer has it", byDefault = "0.0", min = 0)
          double weightDecay,
      @Key(value = "subspaces of the optimizer galore", optional = true) GaLore galore)
      implements Section {

    /** GaLore has no subspaces of its own choice. */
    @Override
    public List<String> problems() {
      return name.equals("galore") && galore == null
          ? List.of(
              "galore needs the section galore beside its name; give it a rank and names of the model's"
                  + " layers, such as galore: {rank: 8, targets: [q_proj, v_proj]}, or [query, value]"
                  + " for BERT and ViT, [c_attn] for GPT-2")
          : List.of();
    }

    /** Momentum is SGD's, moments are Adam's and GaLore's, subspaces GaLore's alone. */
    @Override
    public List<Unread> unread() {
      List<Unread> unread = new ArrayList<>();
      String why = "the optimizer " + name + " does not read it, %s";
      if (name.equals("sgd")) {
        for (String key : List.of("beta1", "beta2", "eps")) {
          unread.add(new Unread(key, "name", why.formatted("adamw and galore do")));
        }
      } else {
        unread.add(new Unread("momentum", "name", why.formatted("sgd does")));
      }
      if (!name.equals("galore")) {
        unread.add(new Unread("galore", "name", why.formatted("galore does")));
      }
      return unread;
    }
  }

  /**
   * Subspaces of gradients (GaLore, Zhao et al., arXiv 2403.03507).
   *
   * @param rank dimensions of a matrix's subspace
   * @param gap steps between renewals of the subspaces
   * @param scale factor on the updates of the matrices that are projected
   * @param targets globs over names of weights, or last parts of names of layers, to project
   * @param projector how a subspace is found
   */
  public record GaLore(
      @Key(value = "dimensions of a subspace", required = true, min = 1) int rank,
      @Key(value = "steps between renewals", byDefault = "200", min = 1) int gap,
      @Key(value = "factor on projected updates", byDefault = "1.0", above = 0) double scale,
      @Key(value = "names of the weights to project", required = true, min = 1)
          List<String> targets,
      @Key(
              value = "how a subspace is found",
              byDefault = "exact",
              oneOf = {"exact", "randomized"})
          String projector) {}

  /**
   * The learning rate over the whole run; it never starts anew with a round.
   *
   * @param name a schedule's name
   * @param warmup steps of the whole run over which the rate rises from 0
   */
  public record Schedule(
      @Key(value = "the schedule's name", byDefault = "constant") String name,
      @Key(value = "steps over which the rate rises", byDefault = "0", min = 0) int warmup) {}
}
