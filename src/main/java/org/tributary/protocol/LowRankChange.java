package org.tributary.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Map;

/**
 * A low-rank change of a matrix, W += B A, which a merge writes instead of the matrix. It has R (m
 * + n) numbers for a matrix m×n, where R is the number of columns of B. To get W, take its last
 * stored value and add the later changes in the order of the rounds. {@link #add} gives the same
 * bits on every machine.
 */
public final class LowRankChange {
  private static final char MARK = '@';
  private static final String B = "@B";
  private static final String A = "@A";

  private LowRankChange() {}

  /**
   * The tensors that a merge writes.
   *
   * @param matrix name of W
   * @param b [m, R]
   * @param a [R, n]
   * @return both factors; their names contain the name of W
   */
  public static Map<String, HostTensor> of(String matrix, HostTensor b, HostTensor a) {
    return Map.of(matrix + B, b, matrix + A, a);
  }

  /**
   * Whether a tensor is a factor of a change.
   *
   * @param name of a tensor
   * @return false for tensors of models and adapters
   */
  public static boolean isFactor(String name) {
    return name.endsWith(B) || name.endsWith(A);
  }

  /**
   * The matrix that a factor changes.
   *
   * @param factor the name of a factor, with or without a round
   * @return the name of W
   */
  public static String matrix(String factor) {
    return factor.substring(0, factor.indexOf(MARK));
  }

  /**
   * The name of a factor in the global state, which may hold the factors of several rounds.
   *
   * @param factor its name as the merge wrote it
   * @param round of the merge
   * @return a name that sorts by round
   */
  public static String inRound(String factor, int round) {
    int mark = factor.indexOf(MARK);
    return String.format(
        Locale.ROOT, "%s@%05d%s", factor.substring(0, mark), round, factor.substring(mark));
  }

  /**
   * The round of a factor in the global state.
   *
   * @param factor a name made by {@link #inRound}
   * @return counted from 0
   */
  public static int round(String factor) {
    int mark = factor.indexOf(MARK);
    return Integer.parseInt(factor.substring(mark + 1, factor.indexOf(MARK, mark + 1)));
  }

  /**
   * The other factor of an A.
   *
   * @param a the name of an A
   * @return the name of its B; null if the name is not that of an A
   */
  public static String partner(String a) {
    return a.endsWith(A) ? a.substring(0, a.length() - A.length()) + B : null;
  }

  /**
   * W + B A. For each element the products are added in double, in the order of R, then W is added,
   * and the sum is rounded once. This is plain Java, so that the result does not depend on the
   * kernels of the processor.
   *
   * @param w [m, n], F32 or F64
   * @param b [m, R], of the same type
   * @param a [R, n], of the same type
   * @return a new tensor
   */
  public static HostTensor add(HostTensor w, HostTensor b, HostTensor a) {
    int rows = (int) w.shape()[0];
    int columns = (int) w.shape()[1];
    int rank = (int) b.shape()[1];
    boolean single = w.dtype() == DType.F32;
    double[] factor = values(a, 0, rank * columns);
    ByteBuffer sum =
        ByteBuffer.allocate(Math.multiplyExact(rows * columns, w.dtype().bytes()))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < rows; i++) {
      double[] scale = values(b, i * rank, rank);
      double[] row = new double[columns];
      for (int r = 0; r < rank; r++) {
        double s = scale[r];
        int from = r * columns;
        for (int j = 0; j < columns; j++) {
          row[j] += s * factor[from + j];
        }
      }
      double[] before = values(w, i * columns, columns);
      for (int j = 0; j < columns; j++) {
        if (single) {
          sum.putFloat((float) (before[j] + row[j]));
        } else {
          sum.putDouble(before[j] + row[j]);
        }
      }
    }
    return new HostTensor(w.dtype(), w.shape(), sum.flip());
  }

  private static double[] values(HostTensor tensor, int from, int count) {
    ByteBuffer data = tensor.data();
    double[] values = new double[count];
    for (int i = 0; i < count; i++) {
      values[i] =
          tensor.dtype() == DType.F32
              ? data.getFloat(4 * (from + i))
              : data.getDouble(8 * (from + i));
    }
    return values;
  }
}
