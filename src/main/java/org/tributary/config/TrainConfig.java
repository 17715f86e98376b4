package org.tributary.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * One federated run: the file that {@code train} takes. Keys are frozen once a run has begun,
 * unless they are declared operational.
 *
 * @param out the run's folder
 * @param seed everything random is derived from it
 * @param rounds rounds to run
 * @param shared whether {@code file:} paths are one file system for all nodes
 * @param model the base model
 * @param data the clients' data
 * @param framework what trains, what travels, how it is merged
 * @param client local training
 * @param cohort who takes part in a round
 * @param evaluate evaluation of the global model
 * @param reduce where merges run
 * @param keep what stays on disk
 * @param lock the run's lock
 */
public record TrainConfig(
    @Key(value = "folder of the run, a URI or path", required = true, operational = true)
        String out,
    @Key(value = "seed of everything random", byDefault = "0") long seed,
    @Key(value = "number of rounds", required = true, min = 1, operational = true) int rounds,
    @Key(
            value = "whether file: paths are the same file system on every node",
            byDefault = "false",
            operational = true)
        boolean shared,
    @Key(value = "the base model", required = true) Model model,
    @Key(value = "the partitioned data", required = true) Data data,
    @Key(value = "the federated framework", required = true) Framework framework,
    @Key(value = "local training", required = true) Client client,
    @Key("who takes part in a round") Cohort cohort,
    @Key(value = "evaluation of the global model", operational = true) Evaluate evaluate,
    @Key(value = "where merges run", operational = true) Reduce reduce,
    @Key(value = "what stays on disk", operational = true) Keep keep,
    @Key(value = "the run's lock", operational = true) Lock lock)
    implements Section {

  /** The schedule's length is the run's, unless the rate is constant: then rounds may be added. */
  @Override
  public Set<String> alsoFrozen() {
    return client.schedule().name().equals("constant") ? Set.of() : Set.of("rounds");
  }

  /** The warm-up must end within the run. */
  @Override
  public List<String> problems() {
    if (client == null || client.steps() == null) {
      return List.of();
    }
    long steps = (long) rounds * client.steps();
    int warmup = client.schedule().warmup();
    return warmup <= steps
        ? List.of()
        : List.of(
            "client.schedule.warmup is %d steps, but the whole run has %d (rounds x client.steps);"
                    .formatted(warmup, steps)
                + " warm up for fewer or run more rounds");
  }

  /**
   * The base model.
   *
   * @param path Hugging Face folder, a URI or path
   * @param pooling from token states to one vector: {@code mean}, {@code cls} or {@code attention};
   *     null for what the checkpoint's classifier was trained with, or for a new one the family's
   *     own
   * @param maxLength tokens, with special ones; longer texts are cut
   * @param newHead whether a new classifier, for the classes of the data, takes the place of the
   *     checkpoint's
   */
  public record Model(
      @Key(value = "Hugging Face folder, a URI or path", required = true) String path,
      @Key(
              value =
                  "from token states to one vector; absent for the classifier's or the family's own",
              oneOf = {"mean", "cls", "attention"})
          String pooling,
      @Key(value = "tokens a text keeps, with special ones", byDefault = "128", min = 4)
          int maxLength,
      @Key(
              value = "whether a new classifier takes the place of the checkpoint's",
              byDefault = "false")
          boolean newHead) {}

  /**
   * The clients' data. A classifier learns from text or image and label; a language model from
   * prompt and answer.
   *
   * @param path folder that {@code partition} wrote
   * @param text column with the input
   * @param label column with the class
   * @param prompt name of a prompt, or its text with {@code {column}} for values, or {@code chat}
   *     for the model's own chat template
   * @param message the question of a chat, by name or as a text
   * @param system what the model is told first in a chat; null for the template's own
   * @param answer column with what follows the prompt
   * @param augment random changes to the images that clients train on
   */
  public record Data(
      @Key(value = "folder that partition wrote, a URI or path", required = true) String path,
      @Key(value = "column with the input", byDefault = "text") String text,
      @Key(value = "column with the class", byDefault = "label") String label,
      @Key(
              value =
                  "prompt of a language model: seed-paper, alpaca, plain, chat, or a text with {column}",
              byDefault = "seed-paper")
          String prompt,
      @Key("question of a chat: a name as of prompt, or a text with {column}") String message,
      @Key("what the model is told first in a chat") String system,
      @Key(value = "column with the answer to the prompt", byDefault = "answer") String answer,
      @Key("random changes to the images that clients train on") Augment augment)
      implements Section {

    /** Only chats have messages. */
    @Override
    public List<String> problems() {
      return chatProblems(prompt, message, system);
    }

    static List<String> chatProblems(String prompt, String message, String system) {
      return prompt.equals("chat") || message == null && system == null
          ? List.of()
          : List.of(
              "message and system belong to a chat, but prompt is \"%s\"; say prompt: chat, or remove them"
                  .formatted(prompt));
    }
  }

  /**
   * Random changes to images, in training alone.
   *
   * @param flip whether half of them are mirrored, left to right
   * @param crop black pixels on each side of the image in the model's size, from which a part of
   *     that size is cut out at random; 0 for none
   */
  public record Augment(
      @Key(value = "whether half of the images are mirrored", byDefault = "false") boolean flip,
      @Key(
              value = "pixels by which an image is moved at most, in both directions",
              byDefault = "0",
              min = 0)
          int crop) {}

  /**
   * The federated framework.
   *
   * @param name a framework's name
   * @param train globs over names of weights that train in full; empty for the framework's own
   * @param lora low-rank adapters; null when absent
   */
  public record Framework(
      @Key(value = "the framework's name", required = true) String name,
      @Key(
              value = "globs over names of weights that train in full; [] for the framework's own",
              byDefault = "[]")
          List<String> train,
      @Key(value = "low-rank adapters", optional = true) Lora lora) {}

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
                  .formatted(ranks, rank, java.util.Collections.max(ranks)));
    }
  }

  /**
   * Local training.
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
  public record Client(
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

    /** The optimizer galore and its section are there together. */
    @Override
    public List<String> problems() {
      if (name.equals("galore") && galore == null) {
        return List.of(
            "galore needs a good section galore beside its name; give it a rank and targets, as in"
                + " galore: {rank: 8, targets: [query, value]}");
      }
      return name.equals("galore") || galore == null
          ? List.of()
          : List.of(
              "has a section galore, but name is %s; remove the section or use name: galore"
                  .formatted(name));
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

  /**
   * Who takes part in a round.
   *
   * @param fraction share of the clients sampled each round
   * @param minClients fewest updates with which a round is closed
   */
  public record Cohort(
      @Key(value = "share of the clients sampled each round", byDefault = "1.0", above = 0, max = 1)
          double fraction,
      @Key(
              value = "fewest updates that close a round",
              byDefault = "1",
              min = 1,
              operational = true)
          int minClients) {}

  /**
   * Evaluation of the global model; the last round is always evaluated.
   *
   * @param every rounds between evaluations
   * @param batch rows of a forward pass
   * @param shard rows of an evaluation task
   * @param parts which rows: {@code test}, {@code validation}
   * @param rows at most, the first ones of a part; 0 for all
   * @param generate rows for which a language model writes its answer, the first ones of a part
   * @param newTokens the most tokens of such an answer
   */
  public record Evaluate(
      @Key(value = "rounds between evaluations", byDefault = "1", min = 1) int every,
      @Key(value = "rows of a forward pass", byDefault = "64", min = 1) int batch,
      @Key(value = "rows of an evaluation task", byDefault = "512", min = 1) int shard,
      @Key(value = "what is evaluated: test, validation", byDefault = "[test]") List<String> parts,
      @Key(value = "rows of a part that are evaluated; 0 for all", byDefault = "0", min = 0)
          int rows,
      @Key(value = "rows whose answers a language model writes", byDefault = "0", min = 0)
          int generate,
      @Key(value = "most tokens of a written answer", byDefault = "64", min = 1) int newTokens)
      implements Section {

    /** The parts that there are. */
    @Override
    public List<String> problems() {
      return parts.stream()
          .filter(part -> !Set.of("test", "validation").contains(part))
          .map(part -> "parts: \"" + part + "\" is not known; use test, validation")
          .toList();
    }
  }

  /**
   * Where merges run.
   *
   * @param driverLimit bytes; a round whose uploads are larger is merged by a Spark stage
   */
  public record Reduce(
      @Key(value = "largest uploads that the driver merges", byDefault = "512m", size = true)
          long driverLimit) {}

  /**
   * What stays on disk.
   *
   * @param updates rounds whose updates stay
   * @param globals rounds whose global state stays
   */
  public record Keep(
      @Key(value = "rounds whose updates stay", byDefault = "1", min = 1) int updates,
      @Key(value = "rounds whose global state stays", byDefault = "2", min = 1) int globals) {}

  /**
   * The run's lock: one driver at a time.
   *
   * @param lease seconds after which a lock that nobody renewed is free
   */
  public record Lock(
      @Key(value = "seconds until a lock that nobody renews is free", byDefault = "60", min = 1)
          int lease) {}
}
