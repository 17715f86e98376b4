package org.tributary.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Local training in a run.
 *
 * @param steps optimizer steps a round; null if epochs are given
 * @param epochs passes over the client's rows a round; null if steps are given
 * @param batch rows of a micro batch
 * @param accumulate micro batches a step
 * @param clip largest global L2 norm of the gradient; null for no clipping
 * @param threads CPU threads of one client
 * @param keepOptimizer whether the optimizer's state is kept from round to round
 * @param precision type of weights and activations; losses and moments are always float32
 * @param checkpointing whether activations are kept for one block at a time, each computed twice
 * @param perBlock whether each block is updated as soon as its gradients are computed; implies
 *     {@code checkpointing}, and excludes clip and accumulate
 * @param optimizer the optimizer
 * @param schedule the learning rate over the whole run
 */
public record ClientSection(
    @Key(value = "optimizer steps a round", min = 1, example = "20") Integer steps,
    @Key(value = "passes over the client's rows a round", above = 0, example = "1") Double epochs,
    @Key(value = "rows of a micro batch", byDefault = "16", min = 1, example = "8") int batch,
    @Key(value = "micro batches a step", byDefault = "1", min = 1, example = "4") int accumulate,
    @Key(value = "gradient clipping: largest global L2 norm", above = 0, example = "1.0")
        Double clip,
    @Key(value = "CPU threads of one client", byDefault = "1", min = 1, example = "2") int threads,
    @Key(value = "whether clients keep the optimizer's state between rounds", byDefault = "false")
        boolean keepOptimizer,
    @Key(
            value = "type of weights and activations",
            byDefault = "float32",
            oneOf = {"float32", "bfloat16"})
        String precision,
    @Key(value = "activation checkpointing: keep one block's activations", byDefault = "false")
        boolean checkpointing,
    @Key(value = "change each block as soon as it has gradients", byDefault = "false")
        boolean perBlock,
    @Key(value = "the optimizer", required = true) Optimizer optimizer,
    @Key("learning rate schedule over the whole run") Schedule schedule)
    implements Section {

  /** Either steps or epochs is given; a step per block has no whole gradient. */
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
   * @param settings its own keys
   * @param weightDecay strength of the decay, as defined by the optimizer
   */
  public record Optimizer(
      @Key(value = "the optimizer's name", required = true, example = "adamw") String name,
      @Key(value = "learning rate", required = true, above = 0, example = "1.0e-3") double lr,
      @Key(value = "its own keys", settingsOf = "name") Record settings,
      @Key(
              value = "weight decay, as the optimizer has it",
              byDefault = "0.0",
              min = 0,
              example = "0.01")
          double weightDecay) {}

  /**
   * The learning rate over the whole run; it does not restart in each round.
   *
   * @param name a schedule's name
   * @param warmup steps of the whole run over which the rate rises from 0
   */
  public record Schedule(
      @Key(value = "the schedule's name", byDefault = "constant") String name,
      @Key(value = "warm-up steps of the learning rate", byDefault = "0", min = 0, example = "50")
          int warmup) {}
}
