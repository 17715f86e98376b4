package org.tributary.framework;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/** The numbers of a tensor, F32 or F64, as doubles to compute with, and back. */
final class Elements {
  private Elements() {}

  /**
   * A copy of a tensor's numbers.
   *
   * @param tensor F32 or F64
   * @return row-major
   */
  static double[] of(HostTensor tensor) {
    double[] values = new double[Math.toIntExact(tensor.elements())];
    ByteBuffer data = tensor.data();
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (tensor.dtype()) {
            case F32 -> data.getFloat();
            case F64 -> data.getDouble();
            default -> throw unsupported(tensor.dtype());
          };
    }
    return values;
  }

  /**
   * A tensor of numbers, each rounded once where it is F32.
   *
   * @param values row-major
   * @param dtype F32 or F64
   * @param shape sizes, whose product is the number of values
   * @return a tensor of its own memory
   */
  static HostTensor tensor(double[] values, DType dtype, long... shape) {
    ByteBuffer data =
        ByteBuffer.allocate(Math.multiplyExact(values.length, dtype.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      switch (dtype) {
        case F32 -> data.putFloat((float) value);
        case F64 -> data.putDouble(value);
        default -> throw unsupported(dtype);
      }
    }
    return new HostTensor(dtype, shape, data.flip());
  }

  /**
   * sum += factor · x, element by element.
   *
   * @param sum changed in place
   * @param factor of x
   * @param x F32 or F64, of as many elements
   */
  static void add(double[] sum, double factor, HostTensor x) {
    if (x.elements() != sum.length) {
      throw new IllegalArgumentException("contributions of different sizes");
    }
    ByteBuffer data = x.data();
    for (int i = 0; i < sum.length; i++) {
      sum[i] +=
          factor
              * switch (x.dtype()) {
                case F32 -> data.getFloat(4 * i);
                case F64 -> data.getDouble(8 * i);
                default -> throw unsupported(x.dtype());
              };
    }
  }

  private static IllegalArgumentException unsupported(DType dtype) {
    return new IllegalArgumentException("a tensor of type " + dtype + ", not F32 or F64");
  }
}
