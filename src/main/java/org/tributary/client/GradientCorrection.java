package org.tributary.client;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.Map;
import java.util.TreeMap;
import org.tributary.optim.Gradients;
import org.tributary.protocol.HostTensor;
import org.tributary.torch.Program;
import org.tributary.torch.Torch;

/**
 * The correction of a local rule to every gradient, before clipping: g + drift + μ (w − w_t). It is
 * computed in float32, whatever the precision of the weights.
 */
final class GradientCorrection {
  private final Gradients gradients;
  private final double proximal;
  private final Map<String, NDArray> weights;
  private final Map<String, NDArray> drift = new TreeMap<>();
  private final Map<String, NDArray> start = new TreeMap<>();

  private GradientCorrection(Gradients gradients, double proximal, Map<String, NDArray> weights) {
    this.gradients = gradients;
    this.proximal = proximal;
    this.weights = weights;
  }

  /**
   * Copies a rule's constants into the engine.
   *
   * @param proximal the factor μ of the rule
   * @param drift the constants of the rule
   * @param given the client's tensors at the start of the round
   * @param memory owns the constants
   * @param weights the trained weights, by name
   * @param gradients the program that adds
   * @return the correction; without a rule one that adds nothing
   */
  static GradientCorrection of(
      double proximal,
      Map<String, HostTensor> drift,
      Map<String, HostTensor> given,
      NDManager memory,
      Map<String, NDArray> weights,
      Gradients gradients) {
    GradientCorrection correction = new GradientCorrection(gradients, proximal, weights);
    drift.forEach((name, value) -> correction.drift.put(name, copy(memory, "drift", name, value)));
    if (proximal > 0) {
      weights
          .keySet()
          .forEach(
              name -> correction.start.put(name, copy(memory, "start", name, given.get(name))));
    }
    return correction;
  }

  private static NDArray copy(NDManager memory, String dict, String name, HostTensor value) {
    return Program.name(
        dict, name, Torch.copy(memory, value.data(), DataType.FLOAT32, value.shape()));
  }

  /** The program that works on gradients. */
  Gradients gradients() {
    return gradients;
  }

  /**
   * Adds to gradients, in place.
   *
   * @param scratch owns the intermediate arrays
   * @param found gradients of some or all weights, by name
   */
  void add(NDManager scratch, Map<String, NDArray> found) {
    if (!drift.isEmpty()) {
      gradients.add(scratch, wide(scratch, found, drift), only(drift, found), 1);
    }
    if (!start.isEmpty()) {
      gradients.pull(
          scratch, wide(scratch, found, start), only(weights, found), only(start, found), proximal);
    }
  }

  /** The gradients that are corrected, converted to float32. */
  private Map<String, NDArray> wide(
      NDManager scratch, Map<String, NDArray> found, Map<String, NDArray> added) {
    Map<String, NDArray> chosen = new TreeMap<>();
    found.replaceAll(
        (name, gradient) -> {
          if (!added.containsKey(name)) {
            return gradient;
          }
          NDArray sum = gradients.wide(scratch, name, gradient);
          chosen.put(name, sum);
          return sum;
        });
    return chosen;
  }

  private static Map<String, NDArray> only(Map<String, NDArray> all, Map<String, NDArray> found) {
    Map<String, NDArray> chosen = new TreeMap<>(all);
    chosen.keySet().retainAll(found.keySet());
    return chosen;
  }
}
