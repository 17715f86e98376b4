package org.tributary.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The configuration of {@code train}: one federated run. Keys are frozen after the first start of a
 * run, unless they are declared operational.
 *
 * @param out the run's folder
 * @param seed everything random is derived from it
 * @param rounds rounds to run
 * @param result the round whose model is the result: the last one, or the one with the lowest
 *     validation loss
 * @param shared whether {@code file:} paths are one file system for all nodes
 * @param model the base model
 * @param data the clients' data
 * @param framework the trained tensors, the sent tensors and the merge
 * @param client local training
 * @param cohort the clients of a round
 * @param evaluate evaluation of the global model
 * @param reduce the place of merges
 * @param keep the files that are kept on disk
 * @param lock the run's lock
 * @param store retries on failing file systems
 * @param trackers programs beside the tables that show the run
 */
public record TrainConfig(
    @Key(
            value = "folder of the run, a URI or path",
            required = true,
            operational = true,
            example = "runs/tickets/fedit")
        String out,
    @Key(value = "seed of everything random", byDefault = "0", example = "7") long seed,
    @Key(value = "number of rounds", required = true, min = 1, operational = true, example = "10")
        int rounds,
    @Key(
            value = "the round whose model is the result, by validation loss",
            byDefault = "last",
            oneOf = {"last", "best"},
            operational = true,
            example = "best")
        String result,
    @Key(
            value = "whether file: paths are the same file system on every node",
            byDefault = "false",
            operational = true)
        boolean shared,
    @Key(value = "the base model", required = true) ModelSection model,
    @Key(value = "the partitioned data", required = true) DataSection data,
    @Key(value = "the federated framework", required = true) FrameworkSection framework,
    @Key(value = "local training", required = true) ClientSection client,
    @Key("client sampling: the clients of a round") Cohort cohort,
    @Key(value = "evaluation of the global model", operational = true) Evaluate evaluate,
    @Key(value = "where merges run", operational = true) Reduce reduce,
    @Key(value = "what stays on disk", operational = true) Keep keep,
    @Key(value = "the run's lock", operational = true) Lock lock,
    @Key(value = "retries on failing file systems", operational = true) StoreSection store,
    @Key(value = "TensorBoard and MLflow", operational = true) TrackersSection trackers)
    implements Section {

  /** The schedule has the length of the run. Rounds may be added only if the rate is constant. */
  @Override
  public Set<String> alsoFrozen() {
    return client.schedule().name().equals("constant") ? Set.of() : Set.of("rounds");
  }

  /**
   * The same run without generated answers.
   *
   * @return with {@code evaluate.generate} 0
   */
  public TrainConfig withoutAnswers() {
    return new TrainConfig(
        out,
        seed,
        rounds,
        result,
        shared,
        model,
        data,
        framework,
        client,
        cohort,
        evaluate.withoutAnswers(),
        reduce,
        keep,
        lock,
        store,
        trackers);
  }

  /** Whether something depends on the validation loss of the rounds. */
  public boolean validates() {
    return result.equals("best") || evaluate.patience() > 0;
  }

  /** No answers are generated unless the configuration asks for them. */
  @Override
  public List<UnreadKey> unread() {
    return evaluate == null || evaluate.generate() > 0
        ? List.of()
        : List.of(
            new UnreadKey(
                "evaluate.newTokens",
                "evaluate.generate",
                "with evaluate.generate 0, the default, no answers are written; give generate"
                    + " too"));
  }

  /** The warm-up must end within the run, and batches must fit into memory. */
  @Override
  public List<String> problems() {
    List<String> problems = new ArrayList<>();
    if (evaluate != null && result != null && validates()) {
      problems.addAll(validation());
    }
    if (client != null && client.steps() != null) {
      problems.addAll(warmUp());
    }
    if (client != null && model != null) {
      problems.addAll(
          ModelSection.tooLarge(
              "client.batch x client.accumulate x model.maxLength",
              (double) client.batch() * client.accumulate() * model.maxLength(),
              ModelSection.MOST_OF_STEP));
      problems.addAll(
          ModelSection.tooLarge(
              "client.batch x model.maxLength",
              (double) client.batch() * model.maxLength(),
              ModelSection.MOST_AT_ONCE));
    }
    if (evaluate != null && model != null) {
      problems.addAll(
          ModelSection.tooLarge(
              "evaluate.batch x model.maxLength",
              (double) evaluate.batch() * model.maxLength(),
              ModelSection.MOST_AT_ONCE));
    }
    return problems;
  }

  private List<String> validation() {
    String key = result.equals("best") ? "result: best" : "evaluate.patience";
    return evaluate.parts().contains("validation")
        ? List.of()
        : List.of("%s needs the validation loss; add validation to evaluate.parts".formatted(key));
  }

  private List<String> warmUp() {
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
   * The clients of a round (client sampling).
   *
   * @param fraction share of the clients that are sampled in each round
   * @param minClients the fewest updates with which a round can be closed
   */
  public record Cohort(
      @Key(
              value = "share of the clients sampled each round",
              byDefault = "1.0",
              above = 0,
              max = 1,
              example = "0.5")
          double fraction,
      @Key(
              value = "fewest client updates with which a round closes",
              byDefault = "1",
              min = 1,
              operational = true,
              example = "3")
          int minClients) {}

  /**
   * Evaluation of the global model; the last round is always evaluated.
   *
   * @param every rounds between evaluations
   * @param start whether the model is also evaluated before training
   * @param patience evaluations without a lower validation loss after which the run stops; 0 for
   *     never
   * @param batch rows of a forward pass
   * @param shard rows of an evaluation task
   * @param parts the rows: {@code test}, {@code validation}
   * @param rows the most rows, the first ones of a part; 0 for all
   * @param generate rows for which a language model generates its answer, the first ones of a part
   * @param newTokens the most tokens of such an answer
   */
  public record Evaluate(
      @Key(value = "rounds between evaluations", byDefault = "1", min = 1, example = "2") int every,
      @Key(value = "whether the model is also evaluated before training", byDefault = "false")
          boolean start,
      @Key(
              value = "evaluations without a lower validation loss after which the run stops",
              byDefault = "0",
              min = 0,
              example = "3")
          int patience,
      @Key(value = "rows of a forward pass", byDefault = "64", min = 1, example = "32") int batch,
      @Key(value = "most rows of an evaluation task", byDefault = "128", min = 1, example = "512")
          int shard,
      @Key(
              value = "what is evaluated: test, validation",
              byDefault = "[test]",
              example = "[validation, test]")
          List<String> parts,
      @Key(
              value = "rows of a part that are evaluated; 0 for all",
              byDefault = "0",
              min = 0,
              example = "2000")
          int rows,
      @Key(
              value = "rows for which a language model generates answers",
              byDefault = "0",
              min = 0,
              example = "100")
          int generate,
      @Key(value = "most tokens of a generated answer", byDefault = "64", min = 1, example = "128")
          int newTokens)
      implements Section {

    private Evaluate withoutAnswers() {
      return new Evaluate(every, start, patience, batch, shard, parts, rows, 0, newTokens);
    }

    /** The existing parts. */
    @Override
    public List<String> problems() {
      return parts.stream()
          .filter(part -> !Set.of("test", "validation").contains(part))
          .map(part -> "parts: \"" + part + "\" is not known; use test, validation")
          .toList();
    }
  }

  /**
   * The place of merges.
   *
   * @param driverLimit bytes; a round whose uploads are larger is merged by a Spark stage
   */
  public record Reduce(
      @Key(
              value = "largest uploads that the driver merges",
              byDefault = "512m",
              size = true,
              example = "2g")
          long driverLimit) {}

  /**
   * The files that are kept on disk.
   *
   * @param updates rounds whose updates are kept
   * @param globals rounds whose global state is kept
   */
  public record Keep(
      @Key(value = "rounds whose updates stay", byDefault = "1", min = 1, example = "3")
          int updates,
      @Key(value = "rounds whose global state stays", byDefault = "2", min = 1, example = "5")
          int globals) {}

  /**
   * The run's lock: one driver at a time.
   *
   * @param lease seconds after which a lock that is not renewed expires
   */
  public record Lock(
      @Key(
              value = "seconds after which a lock that is not renewed is free",
              byDefault = "60",
              min = 1,
              example = "120")
          int lease) {}
}
