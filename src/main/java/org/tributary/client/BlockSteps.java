package org.tributary.client;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tributary.model.BlockwiseBackward;
import org.tributary.model.Model;
import org.tributary.optim.Gradients;
import org.tributary.optim.Optimizer;

/**
 * Optimizer steps with {@link BackwardMode#UPDATING}: each part of the model is updated as soon as
 * its gradients are computed. The result is bit-equal to a whole step, except for a matrix that
 * embedding and head share.
 */
final class BlockSteps {
  private final Model model;
  private final GradientCorrection correction;
  private final Gradients gradients;
  private final Optimizer optimizer;

  BlockSteps(Model model, GradientCorrection correction, Optimizer optimizer) {
    this.model = model;
    this.correction = correction;
    gradients = correction.gradients();
    this.optimizer = optimizer;
  }

  /**
   * What a step found.
   *
   * @param loss of the batch
   * @param norm of all gradients
   */
  record StepResult(double loss, double norm) {}

  /** One step. */
  StepResult step(NDManager scratch, List<NDArray> given, List<NDArray> withLabels, double lr) {
    double squares = 0;
    optimizer.begin();
    try (BlockwiseBackward backward = model.blockwise(scratch, given, withLabels);
        NDManager ends = scratch.newSubManager()) {
      Map<String, NDArray> end = new TreeMap<>(backward.end(ends));
      Map<String, NDArray> later = new TreeMap<>(end);
      later.keySet().retainAll(model.sharedWeights());
      end.keySet().removeAll(later.keySet());
      squares += update(ends, end, lr);
      for (int i = backward.blocks() - 1; i >= 0; i--) {
        try (NDManager own = scratch.newSubManager()) {
          squares += update(own, backward.block(own, i), lr);
        }
      }
      squares += update(ends, sum(ends, backward.start(ends), later), lr);
      return new StepResult(backward.loss(), Math.sqrt(squares));
    }
  }

  /** Updates weights, drops their gradients, and returns the squared norm of these gradients. */
  private double update(NDManager scratch, Map<String, NDArray> found, double lr) {
    if (found.isEmpty()) {
      return 0;
    }
    correction.add(scratch, found);
    double norm = gradients.clip(scratch, found, Double.POSITIVE_INFINITY);
    optimizer.update(new TreeMap<>(found), lr);
    found.values().forEach(NDArray::close);
    return norm * norm;
  }

  private Map<String, NDArray> sum(
      NDManager scratch, Map<String, NDArray> start, Map<String, NDArray> end) {
    Map<String, NDArray> all = new TreeMap<>(start);
    Set<String> both = new TreeSet<>(end.keySet());
    both.retainAll(start.keySet());
    end.forEach(all::putIfAbsent);
    for (String name : both) {
      gradients.add(scratch, Map.of(name, all.get(name)), Map.of(name, end.get(name)), 1);
    }
    return all;
  }
}
