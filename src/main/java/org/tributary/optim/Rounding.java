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
 * What happens to a bfloat16 weight when a step has changed its float32 copy: it is rounded up or
 * down at random, by odds that make the mean exact. Rounded to the nearest, weights would not move
 * at all once steps are smaller than half of the last of their 8 bits (Gupta et al. 2015). The
 * random bits are a function of seed, step, weight and place.
 */
final class Rounding {
  /** Random bits are 16 for an element, from a 32-bit hash of a place and this. */
  private static final long BITS_32 = 0xFFFFFFFFL;

  private final boolean needed;
  private final long seed;
  private long steps;

  Rounding(Map<String, NDArray> weights, long seed) {
    // The engine's Java side calls bfloat16 unknown.
    needed = weights.values().stream().anyMatch(w -> w.getDataType() != DataType.FLOAT32);
    this.seed = seed;
  }

  /** Begins a step. */
  void begin() {
    steps++;
  }

  /** The program's argument {@code rounding}: a number for each of some weights. */
  List<NDArray> of(NDManager scratch, Set<String> names) {
    return names.stream()
        .map(
            name -> {
              long number = needed ? Seeds.of(seed, "rounding", name, steps) & BITS_32 : 0;
              return Program.name("rounding", name, scratch.create(number));
            })
        .toList();
  }
}
