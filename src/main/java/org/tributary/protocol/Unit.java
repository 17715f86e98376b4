package org.tributary.protocol;

import java.io.Serializable;
import java.util.List;

/**
 * The piece of a merge that is computed at once: the same range of elements of one or more tensors,
 * or some whole tensors that only make sense together, such as one layer's A and B.
 *
 * @param updates names of the tensors that it reads of every update
 * @param server names of the tensors that it reads of the global state
 * @param from first element, for a range
 * @param to one past the last element; {@link #WHOLE} for whole tensors
 */
public record Unit(List<String> updates, List<String> server, long from, long to)
    implements Serializable {
  /** As {@code to}: the tensors whole. */
  public static final long WHOLE = -1;

  /**
   * A range of one tensor of every update.
   *
   * @param tensor its name
   * @param from first element
   * @param to one past the last
   * @return the unit
   */
  public static Unit chunk(String tensor, long from, long to) {
    return new Unit(List.of(tensor), List.of(), from, to);
  }

  /**
   * Whole tensors of every update.
   *
   * @param tensors their names
   * @return the unit
   */
  public static Unit whole(List<String> tensors) {
    return new Unit(List.copyOf(tensors), List.of(), 0, WHOLE);
  }

  /**
   * The same unit that reads tensors of the global state too.
   *
   * @param names of tensors; in a range they have as many elements as those of the updates
   * @return a new unit
   */
  public Unit withServer(List<String> names) {
    return new Unit(updates, List.copyOf(names), from, to);
  }

  /**
   * Whether this is a range of elements.
   *
   * @return false for whole tensors
   */
  public boolean isChunk() {
    return to != WHOLE;
  }
}
