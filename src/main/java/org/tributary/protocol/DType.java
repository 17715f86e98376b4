package org.tributary.protocol;

import java.nio.ByteBuffer;

/** Element types of tensors in files and in updates. The names are those of safetensors. */
public enum DType {
  F64(8),
  F32(4),
  F16(2),
  BF16(2),
  I64(8),
  I32(4),
  I16(2),
  I8(1),
  U8(1),
  BOOL(1);

  private final int bytes;

  DType(int bytes) {
    this.bytes = bytes;
  }

  /**
   * The size of one element.
   *
   * @return bytes
   */
  public int bytes() {
    return bytes;
  }

  /**
   * Whether elements are floating-point numbers.
   *
   * @return true for F64, F32, F16 and BF16
   */
  public boolean isFloating() {
    return this == F64 || this == F32 || this == F16 || this == BF16;
  }

  /**
   * The largest absolute value of some numbers.
   *
   * @param elements little-endian, from position to limit, which stay where they are
   * @return 0 if there are none, and for integer types; NaN if one of them is NaN
   */
  public double largest(ByteBuffer elements) {
    double largest = 0;
    for (int at = elements.position(); isFloating() && at < elements.limit(); at += bytes) {
      double element =
          switch (this) {
            case F64 -> elements.getDouble(at);
            case F32 -> elements.getFloat(at);
            case F16 -> HalfPrecision.fromF16(elements.getShort(at));
            default -> HalfPrecision.fromBf16(elements.getShort(at));
          };
      largest = Math.max(largest, Math.abs(element));
    }
    return largest;
  }

  /**
   * Looks for NaN and infinite numbers.
   *
   * @param elements little-endian, from position to limit, which stay where they are
   * @return true if all are finite, and for integer types
   */
  public boolean allFinite(ByteBuffer elements) {
    for (int at = elements.position(); isFloating() && at < elements.limit(); at += bytes) {
      boolean finite =
          switch (this) {
            case F64 -> Double.isFinite(elements.getDouble(at));
            case F32 -> Float.isFinite(elements.getFloat(at));
            case F16 -> (elements.getShort(at) & 0x7c00) != 0x7c00;
            default -> (elements.getShort(at) & 0x7f80) != 0x7f80;
          };
      if (!finite) {
        return false;
      }
    }
    return true;
  }
}
