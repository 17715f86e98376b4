package org.tributary.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tributary.protocol.Seeds;
import org.tributary.torch.Program;

/**
 * Stochastic rounding of bfloat16 weights, after a step has changed their float32 copy. A weight is
 * rounded up or down at random, with the probabilities that make the expected value exact. With
 * rounding to nearest, weights would not change at all if steps are smaller than half of the last
 * of their 8 bits (Gupta et al. 2015). The random bits are a function of seed, step, weight and
 * place.
 */
final class StochasticRounding {
  private final boolean needed;
  private final long seed;
  private long steps;

  StochasticRounding(Map<String, NDArray> weights, long seed) {
    // The Java side of the engine reports bfloat16 as unknown.
    needed = weights.values().stream().anyMatch(w -> w.getDataType() != DataType.FLOAT32);
    this.seed = seed;
  }

  /** Begins a step. */
  void begin() {
    steps++;
  }

  /**
   * The program's argument {@code rounding}: one number of 32 bits for each weight. Each element
   * gets 16 random bits, from a hash of its place and this number.
   */
  List<NDArray> of(NDManager scratch, Set<String> names) {
    return names.stream()
        .map(
            name -> {
              long number = needed ? (int) Seeds.of(seed, "rounding", name, steps) : 0;
              return Program.name("rounding", name, scratch.create(number));
            })
        .toList();
  }
}
