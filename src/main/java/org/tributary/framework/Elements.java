package org.tributary.framework;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/** Converts the numbers of a tensor (F32 or F64) to doubles for computing, and back. */
public final class Elements {
  /** The numbers that are processed together; they fit in the processor's cache. */
  static final int BLOCK = 1 << 12;

  private Elements() {}

  /**
   * A copy of a tensor's numbers.
   *
   * @param tensor F32 or F64
   * @return row-major
   */
  public static double[] of(HostTensor tensor) {
    double[] values = new double[Math.toIntExact(tensor.elements())];
    switch (tensor.dtype()) {
      case F64 -> tensor.data().asDoubleBuffer().get(values);
      case F32 -> {
        float[] narrow = tensor.toFloats();
        for (int i = 0; i < values.length; i++) {
          values[i] = narrow[i];
        }
      }
      default -> throw unsupported(tensor.dtype());
    }
    return values;
  }

  /**
   * Makes a tensor of numbers; for F32 each number is rounded once.
   *
   * @param values row-major
   * @param dtype F32 or F64
   * @param shape sizes, whose product is the number of values
   * @return a tensor with its own memory
   */
  public static HostTensor tensor(double[] values, DType dtype, long... shape) {
    ByteBuffer data =
        ByteBuffer.allocate(Math.multiplyExact(values.length, dtype.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    switch (dtype) {
      case F64 -> data.asDoubleBuffer().put(values);
      case F32 -> {
        float[] block = new float[BLOCK];
        FloatBuffer target = data.asFloatBuffer();
        for (int from = 0; from < values.length; from += BLOCK) {
          int count = Math.min(BLOCK, values.length - from);
          for (int i = 0; i < count; i++) {
            block[i] = (float) values[from + i];
          }
          target.put(block, 0, count);
        }
      }
      default -> throw unsupported(dtype);
    }
    return new HostTensor(dtype, shape, data);
  }

  /**
   * sum += factor · x, element by element.
   *
   * @param sum changed in place
   * @param factor of x
   * @param x F32 or F64, with as many elements as the sum
   */
  public static void add(double[] sum, double factor, HostTensor x) {
    checkSize(sum, x);
    float[] block = new float[BLOCK];
    for (int from = 0; from < sum.length; from += BLOCK) {
      add(sum, from, Math.min(sum.length, from + BLOCK), factor, x, block);
    }
  }

  /** The sum and the added tensor must have the same number of elements. */
  static void checkSize(double[] sum, HostTensor x) {
    if (x.elements() != sum.length) {
      throw new IllegalArgumentException("contributions of different sizes");
    }
  }

  /** The same for a range of elements, at most {@link #BLOCK} of them. */
  static void add(double[] sum, int from, int to, double factor, HostTensor x, float[] block) {
    switch (x.dtype()) {
      case F32 -> {
        int count = to - from;
        x.floats().get(from, block, 0, count);
        for (int i = 0; i < count; i++) {
          sum[from + i] += factor * block[i];
        }
      }
      case F64 -> {
        ByteBuffer data = x.data();
        for (int i = from; i < to; i++) {
          sum[i] += factor * data.getDouble(8 * i);
        }
      }
      default -> throw unsupported(x.dtype());
    }
  }

  private static IllegalArgumentException unsupported(DType dtype) {
    return new IllegalArgumentException("a tensor of type " + dtype + ", not F32 or F64");
  }
}
