package org.tributary.framework;

import org.tributary.linalg.Matrix;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/** Between tensors on the wire and matrices to compute with. */
public final class TensorMatrices {
  private TensorMatrices() {}

  /** A copy in double of a tensor of two axes, F32 or F64. */
  public static Matrix of(HostTensor tensor) {
    return new Matrix((int) tensor.shape()[0], (int) tensor.shape()[1], Elements.of(tensor));
  }

  /** A copy as a tensor, each value rounded once where that is F32. */
  public static HostTensor tensor(Matrix matrix, DType dtype) {
    return Elements.tensor(matrix.values(), dtype, matrix.rows(), matrix.columns());
  }

  /** The first rows of a tensor of two axes, without a copy. */
  public static HostTensor firstRows(HostTensor tensor, int rows) {
    long columns = tensor.shape()[1];
    int bytes = Math.toIntExact(rows * columns * tensor.dtype().bytes());
    return new HostTensor(
        tensor.dtype(), new long[] {rows, columns}, tensor.data().slice(0, bytes));
  }
}
