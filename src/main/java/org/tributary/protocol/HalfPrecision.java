package org.tributary.protocol;

/**
 * The two 16-bit floating-point formats: IEEE 754 binary16 (F16: 5 bits of exponent, 10 of
 * fraction) and bfloat16 (BF16: the upper half of a float32). Every 16-bit value is exactly a
 * float32. A float32 is rounded to the nearest 16-bit value, ties to even; beyond the largest
 * finite value it becomes infinity.
 */
final class HalfPrecision {
  private static final int SIGN = 0x8000;
  private static final int F16_INFINITY = 0x7c00;
  private static final int F32_INFINITY = 0x7f800000;

  /** Float32 bits of 65520, half-way between the largest number of F16 and the next one. */
  private static final int F16_OVERFLOW = 0x477ff000;

  /** Float32 bits of 2^-14, the smallest normal number of F16. */
  private static final int F16_NORMAL = 0x38800000;

  private HalfPrecision() {}

  /** The float32 of an F16, exactly; a NaN keeps its payload. */
  static float fromF16(short half) {
    int sign = (half & SIGN) << 16;
    int rest = half & 0x7fff;
    if (rest >= F16_INFINITY) {
      return Float.intBitsToFloat(sign | F32_INFINITY | (rest & 0x3ff) << 13);
    }
    if (rest < 0x400) { // zero and subnormal numbers, multiples of 2^-24
      float value = rest * 0x1p-24f;
      return sign == 0 ? value : -value;
    }
    return Float.intBitsToFloat(sign | (rest + (112 << 10)) << 13);
  }

  /** The nearest F16 of a float32. */
  static short toF16(float value) {
    int bits = Float.floatToRawIntBits(value);
    int sign = bits >>> 16 & SIGN;
    int rest = bits & 0x7fffffff;
    if (rest
        > F32_INFINITY) { // a NaN keeps its upper payload; the quiet bit prevents it from becoming
      // infinity
      return (short) (sign | F16_INFINITY | 0x200 | rest >>> 13 & 0x3ff);
    }
    if (rest >= F16_OVERFLOW) {
      return (short) (sign | F16_INFINITY);
    }
    if (rest >= F16_NORMAL) {
      return (short) (sign | rounded(rest - (112 << 23), 13));
    }
    // Smaller F16 numbers are multiples of 2^-24. The product is exact, and rint rounds ties to
    // even.
    return (short) (sign | (int) Math.rint(Float.intBitsToFloat(rest) * 0x1p24));
  }

  /** The float32 of a BF16, exactly. */
  static float fromBf16(short half) {
    return Float.intBitsToFloat(half << 16);
  }

  /**
   * The BF16 below or above the magnitude of a float32: above if the sum of its lower half and the
   * noise has a carry.
   */
  static short toBf16(float value, int noise) {
    int bits = Float.floatToRawIntBits(value);
    boolean finite = (bits & F32_INFINITY) != F32_INFINITY;
    int carried = finite ? bits + noise : bits;
    // There is no finite number above the largest finite one.
    return (short) (((carried & F32_INFINITY) == F32_INFINITY ? bits : carried) >>> 16);
  }

  /** The nearest BF16 of a float32. */
  static short toBf16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if ((bits & 0x7fffffff) > F32_INFINITY) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) rounded(bits, 16);
  }

  /**
   * Drops low bits, rounding to nearest, ties to even. A carry into the exponent gives the next
   * number, which is correct.
   */
  private static int rounded(int bits, int dropped) {
    int even = bits >>> dropped & 1;
    return bits + (1 << dropped - 1) - 1 + even >>> dropped;
  }
}
