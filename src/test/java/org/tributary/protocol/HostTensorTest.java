package org.tributary.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Conversions between floating-point types, checked for all 16-bit values. */
class HostTensorTest {
  private static final int ALL = 1 << 16;

  private static HostTensor of(DType type, short... bits) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * bits.length).order(ByteOrder.LITTLE_ENDIAN);
    for (short b : bits) {
      bytes.putShort(b);
    }
    return new HostTensor(type, new long[] {bits.length}, bytes.flip());
  }

  private static short bits(HostTensor t, int i) {
    return t.data().getShort(2 * i);
  }

  private static HostTensor every(DType type) {
    short[] all = new short[ALL];
    for (int i = 0; i < ALL; i++) {
      all[i] = (short) i;
    }
    return of(type, all);
  }

  /** The value of 16 bits by the definition of the formats. */
  private static double value(DType type, int bits) {
    int fraction = type == DType.F16 ? 10 : 7;
    int bias = type == DType.F16 ? 15 : 127;
    int exponent = (bits & 0x7fff) >> fraction;
    int rest = bits & (1 << fraction) - 1;
    double sign = bits >>> 15 == 0 ? 1 : -1;
    if (exponent == 2 * bias + 1) {
      return rest == 0 ? sign * Double.POSITIVE_INFINITY : Double.NaN;
    }
    return exponent == 0
        ? sign * Math.scalb((double) rest, 1 - bias - fraction)
        : sign * Math.scalb((double) (rest + (1 << fraction)), exponent - bias - fraction);
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void everyValueIsExactInFloat32AndComesBack(DType type) {
    HostTensor all = every(type);
    HostTensor wide = all.to(DType.F32);
    float[] floats = wide.toFloats();
    HostTensor back = wide.to(type);
    for (int i = 0; i < ALL; i++) {
      double expected = value(type, i);
      assertThat(Double.valueOf(floats[i])).as("bits %x", i).isEqualTo(Double.valueOf(expected));
      if (Double.isNaN(expected)) {
        assertThat(value(type, bits(back, i) & 0xffff)).isNaN();
        assertThat(bits(back, i) < 0).as("sign").isEqualTo((short) i < 0);
      } else {
        assertThat(bits(back, i)).isEqualTo((short) i);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void betweenNeighboursTheNearestIsTakenAndTheEvenOneHalfWay(DType type) {
    int infinity = type == DType.F16 ? 0x7c00 : 0x7f80;
    float[] values = new float[3 * (infinity - 1)];
    for (int low = 0; low < infinity - 1; low++) {
      float middle = (float) ((value(type, low) + value(type, low + 1)) / 2);
      values[3 * low] = Math.nextDown(middle);
      values[3 * low + 1] = middle;
      values[3 * low + 2] = Math.nextUp(middle);
    }
    HostTensor up = HostTensor.of(values, values.length).to(type);
    for (int i = 0; i < values.length; i++) {
      values[i] = -values[i];
    }
    HostTensor down = HostTensor.of(values, values.length).to(type);
    for (int low = 0; low < infinity - 1; low++) {
      int[] expected = {low, low % 2 == 0 ? low : low + 1, low + 1};
      for (int k = 0; k < 3; k++) {
        assertThat((int) bits(up, 3 * low + k)).as("%d after %x", k, low).isEqualTo(expected[k]);
        assertThat(bits(down, 3 * low + k) & 0xffff).isEqualTo(expected[k] | 0x8000);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "F16, 65519.996, 7bff",
    "F16, 65520, 7c00",
    "F16, -1e30, fc00",
    "F16, Infinity, 7c00",
    "F16, 2.9802322e-8, 0",
    "F16, 2.980233e-8, 1",
    "F16, -0.0, 8000",
    "F16, 1.4e-45, 0",
    "BF16, 3.4028235e38, 7f80",
    "BF16, 3.389e38, 7f7f",
    "BF16, -Infinity, ff80",
    "BF16, 1.4e-45, 0",
    "BF16, -0.0, 8000"
  })
  void theEndsOfTheRange(DType type, float value, String bits) {
    assertThat(
            Integer.toHexString(bits(HostTensor.of(new float[] {value}, 1).to(type), 0) & 0xffff))
        .isEqualTo(bits);
  }

  @Test
  void aNanKeepsTheUpperPartOfItsPayload() {
    float nan = Float.intBitsToFloat(0xff800000 | 0x155 << 13 | 0x1fff);
    assertThat(bits(HostTensor.of(new float[] {nan}, 1).to(DType.F16), 0) & 0xffff)
        .isEqualTo(0xfe00 | 0x155);
  }

  @Test
  void equalTensorsHaveEqualHashesAndTheirTypeAndShapeAsText() {
    HostTensor one = HostTensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    HostTensor same = HostTensor.of(new float[] {1, 2, 3, 4, 5, 6}, 2, 3);
    HostTensor turned = HostTensor.of(new float[] {1, 2, 3, 4, 5, 6}, 3, 2);
    assertThat(one).isEqualTo(same).hasSameHashCodeAs(same).isNotEqualTo(turned);
    assertThat(one.hashCode()).isNotEqualTo(turned.hashCode());
    assertThat(one).hasToString("F32[2, 3]");
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void aNanStaysOneWhateverItsPayload(DType type) {
    SplittableRandom random = new SplittableRandom(1);
    ByteBuffer bytes = ByteBuffer.allocate(4096).order(ByteOrder.LITTLE_ENDIAN);
    bytes.putInt(0x7f800001).putInt(0xff800001).putInt(0x7fffffff);
    while (bytes.hasRemaining()) {
      bytes.putInt(0x7f800000 | random.nextInt(1, 1 << 23) | random.nextInt(2) << 31);
    }
    HostTensor nans = new HostTensor(DType.F32, new long[] {1024}, bytes.flip());
    HostTensor half = nans.to(type);
    for (int i = 0; i < 1024; i++) {
      assertThat(value(type, bits(half, i) & 0xffff)).isNaN();
    }
  }

  @Test
  void doublesBecomeFloatsAndNothingElseIsConverted() {
    ByteBuffer bytes = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putDouble(0.1).flip();
    HostTensor wide = new HostTensor(DType.F64, new long[0], bytes);
    assertThat(wide.to(DType.F32).toFloats()).containsExactly(0.1f);
    assertThat(wide.to(DType.F64)).isSameAs(wide);
    HostTensor ids = new HostTensor(DType.I64, new long[] {1}, ByteBuffer.allocate(8));
    assertThatThrownBy(() -> ids.to(DType.F32))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("no conversion from I64 to F32");
    assertThatThrownBy(() -> HostTensor.of(new float[1], 1).to(DType.F64))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16", "F32", "F64"})
  void whatIsNotFiniteIsFound(DType type) {
    if (type == DType.F16 || type == DType.BF16) {
      for (int i = 0; i < ALL; i++) {
        assertThat(type.allFinite(of(type, (short) 1, (short) i).data()))
            .isEqualTo(Double.isFinite(value(type, i)));
      }
    } else if (type == DType.F32) {
      assertThat(type.allFinite(HostTensor.of(new float[] {1, Float.MAX_VALUE}, 2).data()))
          .isTrue();
      assertThat(type.allFinite(HostTensor.of(new float[] {1, Float.NaN}, 2).data())).isFalse();
    } else {
      ByteBuffer bytes = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
      assertThat(type.allFinite(bytes)).isTrue();
      bytes.putDouble(8, Double.NEGATIVE_INFINITY);
      assertThat(type.allFinite(bytes)).isFalse();
      assertThat(DType.I64.allFinite(bytes)).isTrue();
    }
  }
}
