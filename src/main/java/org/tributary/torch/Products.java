package org.tributary.torch;

import java.util.Map;
import java.util.OptionalLong;

/** How programs multiply large matrices on this machine. */
public final class Products {
  /** A widened product has at least one row for so many multiplications of the least product. */
  private static final long A_ROW = 1L << 14;

  private Products() {}

  /**
   * The functions {@code large} and {@code product} of programs.
   *
   * @return TorchScript
   */
  public static String text() {
    OptionalLong oneDnn = OneDnn.least();
    long widened = Widening.least().orElse(0);
    return ProgramText.fill(
            ProgramText.of(Products.class, "products.py"),
            Map.of(
                "float32",
                oneDnn.orElse(0),
                "float32_of_few",
                (oneDnn.orElse(0) + 3) / 4,
                "bfloat16",
                widened,
                "bfloat16_rows",
                Math.max(1, widened / A_ROW)))
        + ProgramText.of(
            Products.class, oneDnn.isPresent() ? "multiplied_onednn.py" : "multiplied.py")
        + Prepacking.text();
  }
}
