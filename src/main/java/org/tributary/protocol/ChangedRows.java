package org.tributary.protocol;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.LongBuffer;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Map;

/**
 * A matrix in a client update that is sent as the rows that differ from the matrix that the server
 * gave to the client, such as a token embedding: {@code <name>.changed_rows}, their indices in
 * ascending order [u], and {@code <name>.changed_values} [u, d]. It is lossless: the other rows are
 * those of the server, bit by bit.
 */
public final class ChangedRows {
  private static final String ROWS = ".changed_rows";

  private static final String VALUES = ".changed_values";

  private ChangedRows() {}

  /**
   * The name of the indices.
   *
   * @param matrix its name
   * @return the name of a tensor in an update
   */
  public static String rows(String matrix) {
    return matrix + ROWS;
  }

  /**
   * The name of the changed rows.
   *
   * @param matrix its name
   * @return the name of a tensor in an update
   */
  public static String values(String matrix) {
    return matrix + VALUES;
  }

  /**
   * The matrix that a tensor of an update belongs to.
   *
   * @param tensor its name in the update
   * @return the matrix if the tensor has some rows of one; else the same name
   */
  public static String matrix(String tensor) {
    for (String end : new String[] {ROWS, VALUES}) {
      if (tensor.endsWith(end)) {
        return tensor.substring(0, tensor.length() - end.length());
      }
    }
    return tensor;
  }

  /**
   * A tensor as it is sent.
   *
   * @param name of the tensor
   * @param before the tensor that the server gave to the client; null if it gave none
   * @param start the tensor that the client started from, which may be another one
   * @param after the tensor of the client
   * @return indices and changed rows if these are fewer bytes, else the tensor; by name
   */
  public static Map<String, HostTensor> sent(
      String name, HostTensor before, HostTensor start, HostTensor after) {
    boolean comparable =
        before != null
            && before == start
            && after.dtype() == DType.F32
            && before.dtype() == DType.F32
            && after.shape().length == 2
            && Arrays.equals(before.shape(), after.shape());
    if (!comparable) {
      return Map.of(name, after);
    }
    int rows = Math.toIntExact(after.shape()[0]);
    int width = Math.toIntExact(after.shape()[1] * DType.F32.bytes());
    BitSet changed = new BitSet(rows);
    for (int i = 0; i < rows; i++) {
      ByteBuffer is = after.data().slice(i * width, width);
      if (is.mismatch(before.data().slice(i * width, width)) >= 0) {
        changed.set(i);
      }
    }
    int count = changed.cardinality();
    if (count == 0 || (long) count * (width + DType.I64.bytes()) >= (long) rows * width) {
      return Map.of(name, after);
    }
    ByteBuffer indices = bytes(count * DType.I64.bytes());
    ByteBuffer values = bytes(count * width);
    changed.stream()
        .forEach(
            i -> {
              indices.putLong(i);
              values.put(after.data().slice(i * width, width));
            });
    return Map.of(
        rows(name),
        new HostTensor(DType.I64, new long[] {count}, indices.flip()),
        values(name),
        new HostTensor(DType.F32, new long[] {count, after.shape()[1]}, values.flip()));
  }

  private static ByteBuffer bytes(int count) {
    return ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Checks indices.
   *
   * @param indices I64 [u]
   * @param rows of the matrix
   * @return whether they ascend and lie within the matrix
   */
  public static boolean areRows(HostTensor indices, long rows) {
    long last = -1;
    for (long row : indices(indices)) {
      if (row <= last || row >= rows) {
        return false;
      }
      last = row;
    }
    return true;
  }

  /**
   * The indices as numbers.
   *
   * @param tensor I64 [u]
   * @return in ascending order
   */
  public static long[] indices(HostTensor tensor) {
    LongBuffer from = tensor.data().order(ByteOrder.LITTLE_ENDIAN).asLongBuffer();
    long[] indices = new long[from.remaining()];
    from.get(indices);
    return indices;
  }
}
