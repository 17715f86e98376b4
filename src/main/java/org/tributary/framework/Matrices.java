package org.tributary.framework;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.tributary.linalg.Matrix;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/** Between tensors on the wire and matrices to compute with. */
final class Matrices {
  private Matrices() {}

  /** A copy in double of a tensor of two axes, F32 or F64. */
  static Matrix of(HostTensor tensor) {
    double[] values = new double[Math.toIntExact(tensor.elements())];
    ByteBuffer data = tensor.data();
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (tensor.dtype()) {
            case F32 -> data.getFloat();
            case F64 -> data.getDouble();
            default -> throw new IllegalArgumentException(tensor + " is neither F32 nor F64");
          };
    }
    return new Matrix((int) tensor.shape()[0], (int) tensor.shape()[1], values);
  }

  /** A copy as a tensor, each value rounded once where that is F32. */
  static HostTensor tensor(Matrix matrix, DType dtype) {
    ByteBuffer data =
        ByteBuffer.allocate(Math.multiplyExact(matrix.values().length, dtype.bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (double value : matrix.values()) {
      switch (dtype) {
        case F32 -> data.putFloat((float) value);
        case F64 -> data.putDouble(value);
        default -> throw new IllegalArgumentException(dtype + " is neither F32 nor F64");
      }
    }
    return new HostTensor(dtype, new long[] {matrix.rows(), matrix.columns()}, data.flip());
  }

  /** The first rows of a tensor of two axes, without a copy. */
  static HostTensor firstRows(HostTensor tensor, int rows) {
    long columns = tensor.shape()[1];
    int bytes = Math.toIntExact(rows * columns * tensor.dtype().bytes());
    return new HostTensor(
        tensor.dtype(), new long[] {rows, columns}, tensor.data().slice(0, bytes));
  }
}
