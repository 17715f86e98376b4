package org.tributary.checkpoint;

import org.tributary.protocol.DType;
import org.tributary.protocol.HostTensor;

/**
 * A tensor of a file of {@code torch.save}: a view of a storage.
 *
 * @param storage its numbers
 * @param offset the place of its first element
 * @param shape sizes, outermost first
 * @param stride the distance of neighbours along each dimension, in elements
 */
record TorchTensor(TorchTensor.Storage storage, long offset, long[] shape, long[] stride) {
  /** The most sizes of a tensor. */
  private static final int MOST_SIZES = 64;

  /**
   * Numbers of one type, one after the other.
   *
   * @param key the name in the file
   * @param dtype element type
   * @param elements their number
   */
  record Storage(String key, DType dtype, long elements) {}

  /** A file that this program does not read; the message is a clause about the file. */
  static final class Refused extends RuntimeException {
    private static final long serialVersionUID = 1;

    Refused(String message) {
      super(message);
    }
  }

  /**
   * Checks that the tensor lies within its storage.
   *
   * @throws Refused if it does not
   */
  static TorchTensor of(Storage storage, long offset, long[] shape, long... stride) {
    if (shape.length != stride.length) {
      throw new Refused(
          "has a tensor with %d sizes and %d strides".formatted(shape.length, stride.length));
    }
    long last = offset;
    for (int i = 0; i < shape.length; i++) {
      last = Math.addExact(last, Math.multiplyExact(Math.max(0, shape[i] - 1), stride[i]));
    }
    if (HostTensor.elements(shape) > 0 && last >= storage.elements()) {
      throw new Refused(
          "has a tensor that reaches to element %d of a storage of %d"
              .formatted(last, storage.elements()));
    }
    return new TorchTensor(storage, offset, shape, stride);
  }

  /** The numbers of a tuple. */
  static long[] sizes(Object... tuple) {
    if (tuple.length > MOST_SIZES) {
      throw new Refused("has a tensor with %d sizes".formatted(tuple.length));
    }
    long[] sizes = new long[tuple.length];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = whole(tuple[i]);
    }
    return sizes;
  }

  /** A number from 0. */
  static long whole(Object number) {
    long value = ((Number) number).longValue();
    if (value < 0 || !(number instanceof Integer || number instanceof Long)) {
      throw new Refused("has a tensor with the size or place " + number);
    }
    return value;
  }

  /** Whether the elements follow each other in the order of the indices. */
  boolean isContiguous() {
    long next = 1;
    for (int i = shape.length - 1; i >= 0; i--) {
      if (shape[i] != 1 && stride[i] != next) {
        return HostTensor.elements(shape) == 0;
      }
      next *= shape[i];
    }
    return true;
  }
}
