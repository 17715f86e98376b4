package org.tributary.model;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tributary.error.WrongInput;
import org.tributary.protocol.Adapters;
import org.tributary.protocol.Globs;
import org.tributary.protocol.HostTensor;

/**
 * Low-rank adapters (Hu et al. 2021): a layer with weight W [out, in] computes W x + s B A x, with
 * A [r, in] and B [out, r], s = α/r, or α/√r for rsLoRA (Kalajdzievski 2023). Names are {@code
 * <layer>.lora_A.weight} and {@code <layer>.lora_B.weight}, as in peft.
 *
 * @param rank r
 * @param alpha α
 * @param rslora whether s = α/√r
 * @param targets globs over layer names; a glob without a dot or star matches the last part of a
 *     name
 */
public record Lora(int rank, double alpha, boolean rslora, List<String> targets) {
  /** The end of the name of an A. */
  public static final String A = Adapters.A;

  /**
   * The target for all linear layers that are used, as in peft: BERT's pooler is one of them, the
   * classifier and a language model's head are not.
   */
  public static final String ALL_LINEAR = "all-linear";

  /** The end of the name of a B. */
  public static final String B = Adapters.B;

  /** The end of the name of the scalar s by which the program multiplies. */
  static final String SCALING = ".lora_scaling";

  /**
   * The factor s before B A.
   *
   * @return α/r or α/√r
   */
  public double scaling() {
    return adapters().scaling(rank);
  }

  /**
   * These adapters in the form that merges use.
   *
   * @param transposed names of the adapted weights that are stored as [in, out]
   * @return rank, α and kind of s
   */
  public Adapters adapters(Set<String> transposed) {
    return new Adapters(rank, alpha, rslora, transposed);
  }

  /**
   * Gives the same scaling to all layers.
   *
   * @param layers with adapters
   * @param scaling s
   * @return s by layer
   */
  public static Map<String, Double> scalings(Iterable<String> layers, double scaling) {
    Map<String, Double> s = new HashMap<>();
    layers.forEach(layer -> s.put(layer, scaling));
    return s;
  }

  /**
   * The numbers that a merge needs.
   *
   * @return rank and scaling
   */
  public Adapters adapters() {
    return new Adapters(rank, alpha, rslora);
  }

  /**
   * The layers with adapters.
   *
   * @param linear all linear layers, shape [out, in] by name
   * @return the layers that a target matches, in the same order
   * @throws WrongInput if a target matches none, or the rank exceeds the smaller side of a layer
   */
  public Map<String, long[]> layers(Map<String, long[]> linear) {
    Set<String> named = new HashSet<>();
    for (String target : targets) {
      if (target.equals(ALL_LINEAR)) {
        named.addAll(linear.keySet());
        continue;
      }
      Globs glob = Globs.of(target.contains(".") || target.contains("*") ? target : "*." + target);
      List<String> found =
          linear.keySet().stream()
              .filter(layer -> glob.matches(layer) || layer.equals(target))
              .toList();
      if (found.isEmpty()) {
        throw new WrongInput(
            "framework.lora.targets: \"%s\" names no linear layer of the model; it has %s"
                .formatted(target, Globs.lastParts(linear.keySet())));
      }
      named.addAll(found);
    }
    Map<String, long[]> chosen = new LinkedHashMap<>(linear);
    chosen.keySet().retainAll(named);
    chosen.forEach(this::checkRank);
    return chosen;
  }

  private void checkRank(String layer, long[] shape) {
    long most = Math.min(shape[0], shape[1]);
    if (rank < 1 || rank > most) {
      throw new WrongInput(
          "framework.lora.rank: %d does not fit layer %s of shape [%d, %d]; use 1 to %d"
              .formatted(rank, layer, shape[0], shape[1], most));
    }
  }

  /**
   * The start of one layer's adapter: A ~ U(-1/√in, 1/√in), which equals peft's kaiming_uniform
   * with a = √5, and B = 0.
   *
   * @param layer its name
   * @param shape [out, in]
   * @param seed the job's
   * @return A and B by name
   */
  public Map<String, HostTensor> start(String layer, long[] shape, long seed) {
    return Adapters.start(
        layer + A, new long[] {rank, shape[1]}, new long[] {shape[0], rank}, seed);
  }
}
