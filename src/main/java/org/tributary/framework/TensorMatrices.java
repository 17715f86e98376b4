package org.tributary.framework;

import org.tributary.linalg.Matrix;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/** Converts between tensors that are sent and matrices for computing. */
public final class TensorMatrices {
  private TensorMatrices() {}

  /** Copies a two-dimensional tensor (F32 or F64) to a matrix in double. */
  public static Matrix of(HostTensor tensor) {
    return new Matrix((int) tensor.shape()[0], (int) tensor.shape()[1], Elements.of(tensor));
  }

  /** Copies a matrix to a tensor; for F32 each value is rounded once. */
  public static HostTensor tensor(Matrix matrix, DType dtype) {
    return Elements.tensor(matrix.values(), dtype, matrix.rows(), matrix.columns());
  }

  /** The first rows of a two-dimensional tensor, without a copy. */
  public static HostTensor firstRows(HostTensor tensor, int rows) {
    long columns = tensor.shape()[1];
    int bytes = Math.toIntExact(rows * columns * tensor.dtype().bytes());
    return new HostTensor(
        tensor.dtype(), new long[] {rows, columns}, tensor.data().slice(0, bytes));
  }
}
