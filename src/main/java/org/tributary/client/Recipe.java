package org.tributary.client;

import java.math.BigDecimal;
import java.math.RoundingMode;
import org.tributary.optim.OptimizerSettings;
import org.tributary.optim.Schedule;

/**
 * How every client trains, in every round.
 *
 * @param seed the job's
 * @param rounds of the run
 * @param steps optimizer steps a round; 0 if {@code epochs} is given
 * @param epochs passes over the client's rows a round; 0 if {@code steps} is given
 * @param batch rows of a micro-batch
 * @param accumulate micro-batches a step
 * @param clip bound of the gradients' common L2 norm; infinite for none
 * @param optimizer the optimizer and its settings
 * @param schedule name of the learning rate schedule
 * @param lr highest learning rate
 * @param warmup warm-up steps of the whole run
 * @param keepOptimizer whether its state stays with the client from round to round
 * @param backward how gradients are computed, and what is kept in memory
 */
public record Recipe(
    long seed,
    int rounds,
    int steps,
    double epochs,
    int batch,
    int accumulate,
    double clip,
    OptimizerSettings optimizer,
    String schedule,
    double lr,
    int warmup,
    boolean keepOptimizer,
    BackwardMode backward) {

  /**
   * The steps of a client in a round.
   *
   * @param rows number of its training rows
   * @return the given steps, or enough for its epochs; at least one
   */
  public int stepsFor(int rows) {
    if (steps > 0) {
      return steps;
    }
    // Computed in decimals: 1.1 epochs of 50 rows are exactly 55.
    BigDecimal taken = BigDecimal.valueOf(epochs).multiply(BigDecimal.valueOf(rows));
    BigDecimal perStep = BigDecimal.valueOf((long) batch * accumulate);
    return Math.max(1, taken.divide(perStep, 0, RoundingMode.CEILING).intValueExact());
  }

  /**
   * The same recipe with other steps.
   *
   * @param steps optimizer steps a round
   * @return a recipe without epochs
   */
  public Recipe withSteps(int steps) {
    return new Recipe(
        seed,
        rounds,
        steps,
        0,
        batch,
        accumulate,
        clip,
        optimizer,
        schedule,
        lr,
        warmup,
        keepOptimizer,
        backward);
  }

  /**
   * The learning rate over the whole run, for a client.
   *
   * @param stepsPerRound of that client
   * @return the schedule, whose step 0 is the first of round 0
   */
  public Schedule scheduleFor(int stepsPerRound) {
    return new Schedule(schedule, lr, warmup, (long) rounds * stepsPerRound);
  }
}
