package org.tributary.model;

import ai.djl.ndarray.types.DataType;
import java.util.Locale;
import org.tributary.protocol.DType;

/**
 * The type of weights and activations in the engine. Losses and the optimizer's state are always
 * float32.
 */
public enum Precision {
  /** IEEE single precision. */
  FLOAT32(DataType.FLOAT32, DType.F32),
  /** The upper half of a float32: the same range, 8 bits of mantissa, half the memory. */
  BFLOAT16(DataType.BFLOAT16, DType.BF16);

  private final DataType type;
  private final DType host;

  Precision(DataType type, DType host) {
    this.type = type;
    this.host = host;
  }

  /**
   * A precision by its name.
   *
   * @param name in lower case, as in configurations
   * @return the precision
   */
  public static Precision named(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT));
  }

  DataType type() {
    return type;
  }

  DType host() {
    return host;
  }
}
