package org.tributary.protocol;

import java.io.Serializable;
import java.util.List;

/**
 * The part of a merge that is computed at once: the same range of elements of one or more tensors,
 * or whole tensors that belong together, such as A and B of one layer.
 *
 * @param updates names of the tensors that it reads from every update
 * @param server names of the tensors that it reads from the global state
 * @param from first element, for a range
 * @param to one past the last element; {@link #WHOLE} for whole tensors
 */
public record Unit(List<String> updates, List<String> server, long from, long to)
    implements Serializable {
  /** The value of {@code to} for whole tensors. */
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
   * The same unit, which also reads tensors of the global state.
   *
   * @param names of tensors; for a range they have as many elements as those of the updates
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
