package org.tributary.protocol;

import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The tensors that a run can train, according to the model and the configuration: shapes by name.
 *
 * @param weights of the model, in full rank: those the configuration names, or all if it names none
 * @param named whether the configuration names weights
 * @param head the newly initialized classifier; empty if the checkpoint has its own
 * @param a the adapters' A [r, in]; empty without adapters
 * @param b the adapters' B [out, r]; empty without adapters
 * @param bases the weights that adapters adapt, as stored in the checkpoint; empty without adapters
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
   * The tensors that are trained in full in a run with adapters: the weights that the configuration
   * names, and a new head, which must be trained.
   *
   * @return shapes by name
   */
  public SortedMap<String, long[]> besideAdapters() {
    return union(named ? weights : Map.of(), head);
  }

  /**
   * The tensors that are trained in full in a run without adapters.
   *
   * @return shapes by name
   */
  public SortedMap<String, long[]> fullRank() {
    return union(weights, head);
  }

  /**
   * All tensors that are part of the model.
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
