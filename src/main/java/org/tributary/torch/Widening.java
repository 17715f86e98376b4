package org.tributary.torch;

import java.util.OptionalLong;
import org.tributary.error.WrongInput;

/**
 * Whether large products of bfloat16 matrices are computed in float32, from widened copies, and
 * rounded once. A processor without fast instructions for bfloat16 takes up to twice as long for
 * the product itself as for one of float32 (docs/benchmarks.md).
 */
public final class Widening {
  /**
   * The system property that decides in place of the processor: {@code never}, or the number of
   * multiplications from which a product is widened. Bits depend on it.
   */
  public static final String SETTING = "tributary.widening";

  /** The least multiplications of a product. */
  private static final long LEAST = 1L << 20;

  private Widening() {}

  /**
   * From how many multiplications on a product is widened.
   *
   * @return their number; empty if none is
   * @throws WrongInput if the property has another value
   */
  public static OptionalLong least() {
    return LeastProduct.of(
        SETTING,
        Machine.bfloat16().equals(Machine.NONE) ? OptionalLong.of(LEAST) : OptionalLong.empty());
  }
}
