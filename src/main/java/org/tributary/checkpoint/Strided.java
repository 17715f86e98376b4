package org.tributary.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.tributary.error.WrongInput;
import org.tributary.protocol.HostTensor;

/**
 * A tensor whose elements are not in the order of its indices, such as a transposed matrix.
 *
 * @param entry type, shape and the place of the first element
 * @param stride the distance of neighbours along each dimension, in elements
 */
record Strided(SafeTensorsHeader.Entry entry, long... stride) {
  /** Reads bytes of the file. */
  interface Bytes {
    ByteBuffer read(long begin, long size) throws IOException;
  }

  /**
   * Elements in the order of the indices.
   *
   * @param file reads what the tensor spans
   * @param from the first element, from 0
   * @param to one past the last
   * @return little-endian bytes
   */
  ByteBuffer range(Bytes file, long from, long to) throws IOException {
    int size = entry.dtype().bytes();
    ByteBuffer elements =
        ByteBuffer.allocate((int) (to - from) * size).order(ByteOrder.LITTLE_ENDIAN);
    if (from == to) {
      return elements;
    }
    // The part of the file from the first to the last of the elements. Along the first dimension
    // neighbours may be close together, so the part may be as large as the tensor.
    long first = Long.MAX_VALUE;
    long last = 0;
    for (long i = from; i < to; i++) {
      first = Math.min(first, place(i));
      last = Math.max(last, place(i));
    }
    long bytes = (last - first + 1) * size;
    if (bytes > HostTensor.MAX_BYTES) {
      throw new WrongInput(
          "a tensor spans %d bytes, more than 2 GiB; save the model as safetensors"
              .formatted(bytes));
    }
    ByteBuffer span = file.read(entry.begin() + first * size, bytes);
    for (long i = from; i < to; i++) {
      elements.put(elements.position(), span, (int) ((place(i) - first) * size), size);
      elements.position(elements.position() + size);
    }
    return elements.flip();
  }

  private long place(long element) {
    long left = element;
    long place = 0;
    for (int d = stride.length - 1; d >= 0; d--) {
      place += left % entry.shape()[d] * stride[d];
      left /= entry.shape()[d];
    }
    return place;
  }
}
