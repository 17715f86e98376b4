package org.tributary.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Map;

/**
 * A change of a matrix by a low-rank product, W += B A, which a merge writes in place of the
 * matrix: R (m + n) numbers for a matrix m×n, R being the columns of B. Whoever needs W takes its
 * last value and adds the changes since, round by round: {@link #add} gives the same bits on every
 * machine.
 */
public final class LowRankChange {
  private static final char MARK = '@';
  private static final String B = "@B";
  private static final String A = "@A";

  private LowRankChange() {}

  /**
   * What a merge writes.
   *
   * @param matrix name of W
   * @param b [m, R]
   * @param a [R, n]
   * @return both by the names that tell what they change
   */
  public static Map<String, HostTensor> of(String matrix, HostTensor b, HostTensor a) {
    return Map.of(matrix + B, b, matrix + A, a);
  }

  /**
   * Whether a name is that of a factor.
   *
   * @param name of a tensor
   * @return false for all tensors of models and adapters
   */
  public static boolean isFactor(String name) {
    return name.endsWith(B) || name.endsWith(A);
  }

  /**
   * The matrix that a factor changes.
   *
   * @param factor a name, with or without a round
   * @return the name of W
   */
  public static String matrix(String factor) {
    return factor.substring(0, factor.indexOf(MARK));
  }

  /**
   * The name of a factor in the global state, which may hold those of several rounds.
   *
   * @param factor as a merge wrote it
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
   * @param factor of {@link #inRound}
   * @return counted from 0
   */
  public static int round(String factor) {
    int mark = factor.indexOf(MARK);
    return Integer.parseInt(factor.substring(mark + 1, factor.indexOf(MARK, mark + 1)));
  }

  /**
   * The other factor of an A.
   *
   * @param a a name that ends as those of A do
   * @return the name of its B; null where the name is no A's
   */
  public static String partner(String a) {
    return a.endsWith(A) ? a.substring(0, a.length() - A.length()) + B : null;
  }

  /**
   * W + B A: for each element the products are added in double, in the order of R, then W, and the
   * sum is rounded once. In plain Java, so that the kernels of a machine's processor change no bit.
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
