package org.tributary.protocol;

import java.io.Serializable;
import java.util.List;

/**
 * The piece of a merge that is computed at once: a chunk of one tensor for linear frameworks, or
 * some whole tensors that only make sense together, such as one layer's A and B.
 *
 * @param tensors names
 * @param from first element, for a chunk
 * @param to one past the last element; {@link #WHOLE} for whole tensors
 */
public record Unit(List<String> tensors, long from, long to) implements Serializable {
  /** As {@code to}: the tensors whole. */
  public static final long WHOLE = -1;

  /**
   * A chunk of one tensor.
   *
   * @param tensor its name
   * @param from first element
   * @param to one past the last
   * @return the unit
   */
  public static Unit chunk(String tensor, long from, long to) {
    return new Unit(List.of(tensor), from, to);
  }

  /**
   * Whole tensors.
   *
   * @param tensors their names
   * @return the unit
   */
  public static Unit whole(List<String> tensors) {
    return new Unit(List.copyOf(tensors), 0, WHOLE);
  }

  /**
   * Whether this is a chunk of one tensor.
   *
   * @return false for whole tensors
   */
  public boolean isChunk() {
    return to != WHOLE;
  }
}
