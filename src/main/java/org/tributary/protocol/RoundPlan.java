package org.tributary.protocol;

import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * The role in a round of every tensor that is not part of the frozen model.
 *
 * @param parts by name, sorted
 */
public record RoundPlan(SortedMap<String, Part> parts) {
  /**
   * One tensor.
   *
   * @param shape sizes
   * @param role what happens to it
   * @param start the value of every element before the first round, for a tensor that is not part
   *     of the model; weights and adapters have other starts
   */
  public record Part(long[] shape, Role role, float start) {
    /**
     * A tensor of the model.
     *
     * @param shape sizes
     * @param role what happens to it
     */
    public Part(long[] shape, Role role) {
      this(shape, role, 0);
    }
  }

  /** A plan without tensors. */
  public RoundPlan() {
    this(new TreeMap<>());
  }

  /**
   * A plan with more tensors.
   *
   * @param shapes by name
   * @param role of all of them
   * @return a new plan
   */
  public RoundPlan with(Map<String, long[]> shapes, Role role) {
    return with(shapes, role, 0);
  }

  /**
   * A plan with more tensors, which are not part of the model.
   *
   * @param shapes by name
   * @param role of all of them
   * @param start every element's value before the first round
   * @return a new plan
   */
  public RoundPlan with(Map<String, long[]> shapes, Role role, float start) {
    SortedMap<String, Part> more = new TreeMap<>(parts);
    shapes.forEach((name, shape) -> more.put(name, new Part(shape, role, start)));
    return new RoundPlan(more);
  }

  /**
   * The plan of a client whose adapters have another rank.
   *
   * @param rank the rank r of that client
   * @return a new plan with A [r, in] and B [out, r]; all other tensors are unchanged
   */
  public RoundPlan atRank(int rank) {
    SortedMap<String, Part> cut = new TreeMap<>();
    parts.forEach(
        (name, part) ->
            cut.put(
                name,
                new Part(Adapters.shapeAt(name, part.shape(), rank), part.role(), part.start())));
    return new RoundPlan(cut);
  }

  /**
   * The tensors of a role.
   *
   * @param role the role
   * @return shapes by name
   */
  public SortedMap<String, long[]> of(Role role) {
    return where(r -> r == role);
  }

  /**
   * The tensors whose role has a property.
   *
   * @param question such as {@code Role::goesUp}
   * @return shapes by name
   */
  public SortedMap<String, long[]> where(Predicate<Role> question) {
    SortedMap<String, long[]> chosen = new TreeMap<>();
    parts.forEach(
        (name, part) -> {
          if (question.test(part.role())) {
            chosen.put(name, part.shape());
          }
        });
    return chosen;
  }

  /**
   * Whether the role of a tensor has a property.
   *
   * @param name of the tensor
   * @param question such as {@code Role::isTrained}
   * @return false if the plan has no such tensor
   */
  public boolean says(String name, Predicate<Role> question) {
    Part part = parts.get(name);
    return part != null && question.test(part.role());
  }

  /**
   * Whether the role of any tensor has a property.
   *
   * @param question such as {@code Role::isPersonal}
   * @return false for a plan without such tensors
   */
  public boolean any(Predicate<Role> question) {
    return parts.values().stream().anyMatch(part -> question.test(part.role()));
  }

  /**
   * Whether clients train a tensor.
   *
   * @param name of the tensor
   * @return true if its role says so
   */
  public boolean trains(String name) {
    return says(name, Role::isTrained);
  }

  /**
   * The number of parameters that clients train.
   *
   * @return the number of elements of all trained tensors
   */
  public long trainableParameters() {
    return where(Role::isTrained).values().stream()
        .mapToLong(shape -> HostTensor.elements(shape))
        .sum();
  }

  /**
   * The value before the first round of a tensor that is not part of the model.
   *
   * @param name of a tensor of the plan
   * @return float32, every element of the part's start
   */
  public HostTensor start(String name) {
    Part part = parts.get(name);
    float[] values = new float[Math.toIntExact(HostTensor.elements(part.shape()))];
    Arrays.fill(values, part.start());
    return HostTensor.of(values, part.shape());
  }
}
