package org.tributary.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sizes of element types, and what scans of elements find in the middle of a buffer. */
class DTypeTest {
  /** A buffer with one element before its position and one after its limit that must not count. */
  private static ByteBuffer between(DType type, double outside, double... inside) {
    ByteBuffer bytes =
        ByteBuffer.allocate(type.bytes() * (inside.length + 2)).order(ByteOrder.LITTLE_ENDIAN);
    put(bytes, type, outside);
    for (double x : inside) {
      put(bytes, type, x);
    }
    put(bytes, type, outside);
    bytes.position(type.bytes()).limit(bytes.capacity() - type.bytes());
    return bytes;
  }

  private static void put(ByteBuffer bytes, DType type, double x) {
    switch (type) {
      case F64 -> bytes.putDouble(x);
      case F32 -> bytes.putFloat((float) x);
      case F16, BF16 ->
          bytes.put(HostTensor.of(new float[] {(float) x}, new long[] {1}).to(type).data());
      default -> bytes.put((byte) x);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "F64, 8, true", "F32, 4, true", "F16, 2, true", "BF16, 2, true", "I64, 8, false",
    "I32, 4, false", "I16, 2, false", "I8, 1, false", "U8, 1, false", "BOOL, 1, false"
  })
  void sizesAndKinds(DType type, int bytes, boolean floating) {
    assertThat(type.bytes()).isEqualTo(bytes);
    assertThat(type.isFloating()).isEqualTo(floating);
  }

  @ParameterizedTest
  @CsvSource({"F64", "F32", "F16", "BF16"})
  void theLargestIsWithoutSignAndBetweenPositionAndLimit(DType type) {
    ByteBuffer elements = between(type, 64, 0.5, -3, 2);
    assertThat(type.largest(elements)).isEqualTo(3);
    assertThat(elements.position()).isEqualTo(type.bytes());
    assertThat(type.largest(between(type, 64, 1, 2, -0.5))).isEqualTo(2);
    assertThat(type.largest(between(type, 64))).isZero();
    assertThat(type.largest(between(type, 64, 1, Double.NaN, 2))).isNaN();
    assertThat(type.largest(between(type, 0, 1, Double.NEGATIVE_INFINITY))).isInfinite();
  }

  @ParameterizedTest
  @CsvSource({"F64", "F32", "F16", "BF16"})
  void whatIsNoNumberIsFoundAtBothEnds(DType type) {
    assertThat(type.allFinite(between(type, Double.NaN, 1, -2, 0.5))).isTrue();
    assertThat(type.allFinite(between(type, 0, Double.NaN, 1))).isFalse();
    assertThat(type.allFinite(between(type, 0, 1, Double.NaN))).isFalse();
    assertThat(type.allFinite(between(type, 0, Double.NEGATIVE_INFINITY, 1))).isFalse();
    assertThat(type.allFinite(between(type, 0, 1, Double.POSITIVE_INFINITY))).isFalse();
  }

  @Test
  void wholeNumbersAreAlwaysFinite() {
    assertThat(DType.U8.allFinite(between(DType.U8, 0, 255))).isTrue();
    assertThat(DType.U8.largest(between(DType.U8, 0, 255))).isZero();
    assertThat(DType.I16.allFinite(ByteBuffer.wrap(new byte[] {0, 0x7c, (byte) 0x80, 0x7f})))
        .isTrue();
  }
}
