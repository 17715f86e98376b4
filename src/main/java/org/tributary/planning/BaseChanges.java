package org.tributary.planning;

import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntUnaryOperator;
import org.tributary.protocol.HostTensor;

/**
 * The low-rank changes of one base weight in the global state, round by round, as {@link
 * org.tributary.run.GlobalState} keeps them: the factors of each round, and the whole matrix in
 * their place once they are as large as it.
 */
final class BaseChanges {
  private final long[] shape;
  private final IntUnaryOperator rank;
  private final Map<Integer, State> states = new HashMap<>();

  /**
   * Changes of a matrix.
   *
   * @param shape of the matrix
   * @param rank of the change that the merge of a round writes
   */
  BaseChanges(long[] shape, IntUnaryOperator rank) {
    this.shape = shape;
    this.rank = rank;
  }

  /**
   * The state at the start of a round.
   *
   * @param factors elements of the factors, by the round of their merge
   * @param whole whether the matrix was written whole before them
   */
  private record State(SortedMap<Integer, Long> factors, boolean whole) {}

  private State at(int round) {
    if (round == 0) {
      return new State(new TreeMap<>(), false);
    }
    State known = states.get(round);
    if (known == null) {
      State before = at(round - 1);
      SortedMap<Integer, Long> factors = new TreeMap<>(before.factors());
      factors.put(round - 1, rank.applyAsInt(round - 1) * (shape[0] + shape[1]));
      boolean full =
          factors.values().stream().mapToLong(Long::longValue).sum() >= HostTensor.elements(shape);
      known = full ? new State(new TreeMap<>(), true) : new State(factors, before.whole());
      states.put(round, known);
    }
    return known;
  }

  /**
   * What a client needs to update its matrix.
   *
   * @param round that begins
   * @param since the client's last round; -1 if it only has the checkpoint
   * @return bytes
   */
  long bytesSince(int round, int since) {
    State now = at(round);
    long elements = now.factors().tailMap(since).values().stream().mapToLong(Long::longValue).sum();
    int first = now.factors().isEmpty() ? Integer.MAX_VALUE : now.factors().firstKey();
    boolean whole = now.whole() && first > since;
    return 4 * (whole ? elements + HostTensor.elements(shape) : elements);
  }

  /** The bytes of this weight in the global state at the start of a round. */
  long kept(int round) {
    State now = at(round);
    long elements = now.factors().values().stream().mapToLong(Long::longValue).sum();
    return 4 * (now.whole() ? elements + HostTensor.elements(shape) : elements);
  }
}
