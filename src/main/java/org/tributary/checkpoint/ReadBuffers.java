package org.tributary.checkpoint;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tributary.protocol.HostTensor;

/**
 * Memory that the reads of one thread use again, one piece of work after the other. Large arrays
 * that live for one read only are slow to clear and to collect.
 */
public final class ReadBuffers {
  private final Map<Integer, Deque<byte[]>> free = new HashMap<>();
  private final List<byte[]> lent = new ArrayList<>();

  /** An array whose content is not defined, until {@link #takeBack}. */
  byte[] lend(int size) {
    Deque<byte[]> same = free.get(size);
    byte[] array = same == null || same.isEmpty() ? new byte[size] : same.pop();
    lent.add(array);
    return array;
  }

  /** Ends a piece of work: its arrays are lent again. Those that it did not use are dropped. */
  public void takeBack() {
    free.clear();
    for (byte[] array : lent) {
      free.computeIfAbsent(array.length, size -> new ArrayDeque<>()).push(array);
    }
    lent.clear();
  }

  /**
   * A tensor that outlives the piece of work.
   *
   * @param tensor that may lie in a lent array
   * @return a copy if it may, otherwise the tensor
   */
  public HostTensor kept(HostTensor tensor) {
    ByteBuffer data = tensor.data();
    boolean isOwn =
        data.isDirect()
            || data.hasArray() && lent.stream().noneMatch(array -> array == data.array());
    if (isOwn) {
      return tensor;
    }
    ByteBuffer copy = ByteBuffer.allocate(data.remaining()).put(data).flip();
    return new HostTensor(tensor.dtype(), tensor.shape(), copy);
  }
}
