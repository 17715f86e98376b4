package org.tributary.protocol;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What trains, what travels and what stays in a run: every tensor beside the frozen model, by name.
 *
 * @param parts in the order of names
 */
public record TrainPlan(SortedMap<String, Part> parts) {
  /**
   * One tensor.
   *
   * @param shape sizes
   * @param role what happens to it
   */
  public record Part(long[] shape, Role role) {}

  /** A plan without tensors, to be added to. */
  public TrainPlan() {
    this(new TreeMap<>());
  }

  /**
   * A plan with more tensors.
   *
   * @param shapes by name
   * @param role of all of them
   * @return a new plan
   */
  public TrainPlan with(Map<String, long[]> shapes, Role role) {
    SortedMap<String, Part> more = new TreeMap<>(parts);
    shapes.forEach((name, shape) -> more.put(name, new Part(shape, role)));
    return new TrainPlan(more);
  }

  /**
   * The plan of a client whose adapters have a rank of their own.
   *
   * @param rank r of that client
   * @return a new plan with A [r, in] and B [out, r]; all else as it is
   */
  public TrainPlan atRank(int rank) {
    SortedMap<String, Part> cut = new TreeMap<>();
    parts.forEach(
        (name, part) ->
            cut.put(name, new Part(Adapters.shapeAt(name, part.shape(), rank), part.role())));
    return new TrainPlan(cut);
  }

  /**
   * The tensors of a role.
   *
   * @param role asked for
   * @return shapes by name
   */
  public SortedMap<String, long[]> of(Role role) {
    SortedMap<String, long[]> chosen = new TreeMap<>();
    parts.forEach(
        (name, part) -> {
          if (part.role() == role) {
            chosen.put(name, part.shape());
          }
        });
    return chosen;
  }

  /**
   * Whether clients change a tensor.
   *
   * @param name of the tensor
   * @return true unless it is fixed or not in the plan
   */
  public boolean trains(String name) {
    Part part = parts.get(name);
    return part != null && part.role() != Role.FIXED;
  }

  /**
   * The number of parameters that clients change.
   *
   * @return elements of all tensors that travel or stay
   */
  public long trainableParameters() {
    return parts.values().stream()
        .filter(part -> part.role() != Role.FIXED)
        .mapToLong(part -> HostTensor.elements(part.shape()))
        .sum();
  }
}
