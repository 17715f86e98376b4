package org.tributary.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * A tensor in the memory of the host, as it is stored in files, sent and merged.
 *
 * @param dtype the element type
 * @param shape sizes, outermost first; empty for a scalar
 * @param data the elements, row-major and little-endian, from position 0 to its limit
 */
public record HostTensor(DType dtype, long[] shape, ByteBuffer data) {
  /** The largest tensor: a buffer has fewer than 2 GiB. */
  public static final int MAX_BYTES = Integer.MAX_VALUE - 8;

  /** Checks that shape and bytes agree. */
  public HostTensor {
    long expected = Math.multiplyExact(elements(shape), dtype.bytes());
    if (data.remaining() != expected) {
      throw new IllegalArgumentException(
          "shape %s of %s takes %d bytes, got %d"
              .formatted(Arrays.toString(shape), dtype, expected, data.remaining()));
    }
    data = data.slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * A float32 tensor with a copy of the values.
   *
   * @param values row-major
   * @param shape sizes; their product is the number of values
   * @return the tensor
   */
  public static HostTensor of(float[] values, long... shape) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(values);
    return new HostTensor(DType.F32, shape, bytes);
  }

  /**
   * The number of elements that a shape holds.
   *
   * @param shape sizes
   * @return their product, 1 for a scalar
   */
  public static long elements(long[] shape) {
    long n = 1;
    for (long size : shape) {
      n = Math.multiplyExact(n, size);
    }
    return n;
  }

  /**
   * The number of elements.
   *
   * @return the product of the shape
   */
  public long elements() {
    return elements(shape);
  }

  /**
   * The bytes as a view with its own position.
   *
   * @return a little-endian duplicate
   */
  @Override
  public ByteBuffer data() {
    return data.duplicate().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * The elements of a float32 tensor, without a copy.
   *
   * @return a view
   */
  public FloatBuffer floats() {
    if (dtype != DType.F32) {
      throw new IllegalStateException("not F32 but " + dtype);
    }
    return data().asFloatBuffer();
  }

  /**
   * The elements of a float32 tensor, copied.
   *
   * @return row-major values
   */
  public float[] toFloats() {
    FloatBuffer view = floats();
    float[] values = new float[view.remaining()];
    view.get(values);
    return values;
  }

  /**
   * The same numbers in another floating-point type. Conversion to a wider type is exact.
   * Conversion to a narrower type rounds to the nearest value, ties to even; numbers that are too
   * large become infinite. F64 can only be the source type.
   *
   * @param type F32, F16 or BF16
   * @return this tensor if it already has that type, else a copy
   * @throws IllegalArgumentException if one of the types is not supported, or the copy would have 2
   *     GiB or more
   */
  public HostTensor to(DType type) {
    if (type == dtype) {
      return this;
    }
    if (!dtype.isFloating() || !type.isFloating() || type == DType.F64) {
      throw new IllegalArgumentException("no conversion from %s to %s".formatted(dtype, type));
    }
    long size = Math.multiplyExact(elements(), type.bytes());
    if (size > MAX_BYTES) {
      throw new IllegalArgumentException("%s as %s takes %d bytes".formatted(this, type, size));
    }
    ByteBuffer from = data();
    ByteBuffer to = ByteBuffer.allocate((int) size).order(ByteOrder.LITTLE_ENDIAN);
    while (from.hasRemaining()) {
      float value =
          switch (dtype) {
            case F64 -> (float) from.getDouble();
            case F32 -> from.getFloat();
            case F16 -> HalfPrecision.fromF16(from.getShort());
            default -> HalfPrecision.fromBf16(from.getShort());
          };
      switch (type) {
        case F32 -> to.putFloat(value);
        case F16 -> to.putShort(HalfPrecision.toF16(value));
        default -> to.putShort(HalfPrecision.toBf16(value));
      }
    }
    return new HostTensor(type, shape, to.flip());
  }

  /**
   * The same numbers as BF16 with stochastic rounding: each number is rounded up or down at random,
   * with the probabilities that make the expected value exact. Numbers that BF16 can represent do
   * not change.
   *
   * @param seed of the random numbers
   * @return a copy
   * @throws IllegalArgumentException if this tensor is not F32
   */
  public HostTensor toBf16(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    FloatBuffer from = floats();
    ByteBuffer to =
        ByteBuffer.allocate(Math.toIntExact(elements() * DType.BF16.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    while (from.hasRemaining()) {
      to.putShort(HalfPrecision.toBf16(from.get(), random.nextInt() & 0xFFFF));
    }
    return new HostTensor(DType.BF16, shape, to.flip());
  }

  /** Equal if type, shape and all bytes are equal. NaNs with the same bits are equal. */
  @Override
  public boolean equals(Object other) {
    return other instanceof HostTensor that
        && dtype == that.dtype
        && Arrays.equals(shape, that.shape)
        && data.equals(that.data);
  }

  @Override
  public int hashCode() {
    return 31 * Arrays.hashCode(shape) + data.hashCode();
  }

  @Override
  public String toString() {
    return dtype + Arrays.toString(shape);
  }
}
