package org.tributary.optim;

import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;

/**
 * The learning rate over the whole run; it does not restart in each round. After t of T steps, with
 * w warm-up steps: lr(t) = lr (t+1)/w for t &lt; w; after that lr times
 *
 * <ul>
 *   <li>{@code constant}: 1
 *   <li>{@code linear}: 1 − x
 *   <li>{@code cosine}: (1 + cos π x) / 2
 * </ul>
 *
 * where x = (t−w)/(T−w).
 *
 * @param name of the schedule
 * @param lr the highest rate
 * @param warmup w, in steps
 * @param total T, in steps
 */
public record Schedule(String name, double lr, long warmup, long total) {
  private static final Map<String, DoubleUnaryOperator> SHAPES =
      new TreeMap<>(
          Map.of(
              "constant", x -> 1,
              "linear", x -> 1 - x,
              "cosine", x -> 0.5 * (1 + Math.cos(Math.PI * x))));

  /**
   * The names that a configuration may use.
   *
   * @return sorted
   */
  public static Set<String> names() {
    return SHAPES.keySet();
  }

  /**
   * The rate of a step.
   *
   * @param step t, counted from 0 at the start of the run
   * @return the learning rate
   */
  public double at(long step) {
    if (step < warmup) {
      return lr * (step + 1) / warmup;
    }
    double x = Math.min(1, (double) (step - warmup) / Math.max(1, total - warmup));
    return lr * SHAPES.get(name).applyAsDouble(x);
  }
}
