package org.tributary.checkpoint;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/** Computes W + s B A in float64, for a weight in the type of a file. */
public final class LoraProduct {
  private LoraProduct() {}

  /**
   * Adds the product to a weight.
   *
   * @param w of shape [out, in], or [in, out] if it is stored transposed
   * @param scaling s
   * @param a [r, in]
   * @param b [out, r]
   * @param transposed whether W is stored as [in, out]
   * @return a tensor of W's type and shape; numbers too large for the type are infinite
   */
  public static HostTensor add(
      HostTensor w, double scaling, HostTensor a, HostTensor b, boolean transposed) {
    return transposed
        ? plus(w, scaling, transpose(matrix(a)), transpose(matrix(b)))
        : plus(w, scaling, matrix(b), matrix(a));
  }

  /** W + s L R, row by row in float64: L [rows, r], R [r, columns]. */
  private static HostTensor plus(HostTensor w, double scaling, double[][] left, double[][] right) {
    int columns = right[0].length;
    ByteBuffer bytes = ByteBuffer.allocate(w.data().remaining()).order(ByteOrder.LITTLE_ENDIAN);
    double[] sum = new double[columns];
    for (int i = 0; i < left.length; i++) {
      Arrays.fill(sum, 0);
      for (int k = 0; k < right.length; k++) {
        for (int j = 0; j < columns; j++) {
          sum[j] += left[i][k] * right[k][j];
        }
      }
      int size = columns * w.dtype().bytes();
      HostTensor row =
          new HostTensor(w.dtype(), new long[] {columns}, w.data().slice(i * size, size));
      float[] values = row.to(DType.F32).toFloats();
      for (int j = 0; j < columns; j++) {
        values[j] = (float) (values[j] + scaling * sum[j]);
      }
      bytes.put(HostTensor.of(values, columns).to(w.dtype()).data());
    }
    return new HostTensor(w.dtype(), w.shape(), bytes.flip());
  }

  private static double[][] matrix(HostTensor t) {
    float[] values = t.to(DType.F32).toFloats();
    int columns = Math.toIntExact(t.shape()[1]);
    double[][] rows = new double[Math.toIntExact(t.shape()[0])][columns];
    for (int i = 0; i < values.length; i++) {
      rows[i / columns][i % columns] = values[i];
    }
    return rows;
  }

  private static double[][] transpose(double[][] m) {
    double[][] t = new double[m[0].length][m.length];
    for (int i = 0; i < m.length; i++) {
      for (int j = 0; j < t.length; j++) {
        t[j][i] = m[i][j];
      }
    }
    return t;
  }
}
