package org.tributary.protocol;

import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a run can train, as the model and the configuration say: shapes by name.
 *
 * @param weights of the model, in full rank: those the configuration names, or all if it names none
 * @param named whether the configuration names weights
 * @param head the newly initialized classifier; empty where the checkpoint has its own
 * @param a the adapters' A [r, in]; empty without adapters
 * @param b the adapters' B [out, r]; empty without adapters
 * @param bases the weights that adapters adapt, as they lie in the checkpoint; empty without
 */
public record Trainables(
    SortedMap<String, long[]> weights,
    boolean named,
    SortedMap<String, long[]> head,
    SortedMap<String, long[]> a,
    SortedMap<String, long[]> b,
    SortedMap<String, long[]> bases) {

  /**
   * Whether the configuration asks for adapters.
   *
   * @return true if there are any
   */
  public boolean adapters() {
    return !a.isEmpty();
  }

  /**
   * What trains in full rank when adapters train too: the weights that the configuration names, and
   * a new head, which is of no use untrained.
   *
   * @return shapes by name
   */
  public SortedMap<String, long[]> besideAdapters() {
    return union(named ? weights : Map.of(), head);
  }

  /**
   * What trains in full rank when no adapters do.
   *
   * @return shapes by name
   */
  public SortedMap<String, long[]> fullRank() {
    return union(weights, head);
  }

  /**
   * All that is part of the model.
   *
   * @return names of weights, head and adapters
   */
  public Set<String> names() {
    Set<String> names = new TreeSet<>(weights.keySet());
    names.addAll(head.keySet());
    names.addAll(a.keySet());
    names.addAll(b.keySet());
    names.addAll(bases.keySet());
    return names;
  }

  private static SortedMap<String, long[]> union(Map<String, long[]> x, Map<String, long[]> y) {
    SortedMap<String, long[]> all = new TreeMap<>(x);
    all.putAll(y);
    return all;
  }
}
