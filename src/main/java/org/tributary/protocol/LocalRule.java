package org.tributary.protocol;

import java.util.Map;

/**
 * How a framework changes the training of a client. All methods are pure functions of tensors in
 * host memory, by name.
 */
public interface LocalRule {
  /** Plain training. */
  LocalRule NONE = new LocalRule() {};

  /**
   * The constants that are added to the gradient of every step, before clipping.
   *
   * @param start all tensors of the client at the start of the round: those of the model, others
   *     that it received, and its own
   * @return constants with the names and shapes of trained tensors; empty for none
   */
  default Map<String, HostTensor> drift(Map<String, HostTensor> start) {
    return Map.of();
  }

  /**
   * The factor μ of FedProx's term μ/2 ‖w − w_t‖² in the loss, where w_t are the weights at the
   * start of the round.
   *
   * @return 0 for none
   */
  default double proximal() {
    return 0;
  }

  /**
   * The tensors that a client sends or keeps in addition to its trained tensors, or instead of
   * them. Called after the last step.
   *
   * @param start as for {@link #drift}
   * @param trained the trained tensors after the last step
   * @param facts of the training
   * @return tensors of the plan by name: those that are sent or kept without being trained, and
   *     trained ones whose sent value differs; empty for none
   */
  default Map<String, HostTensor> finish(
      Map<String, HostTensor> start, Map<String, HostTensor> trained, Facts facts) {
    return Map.of();
  }

  /**
   * Facts about a client's training.
   *
   * @param client id
   * @param round counted from 0
   * @param samples n_k, its training rows
   * @param steps optimizer steps taken
   * @param rates Σ η_t, the sum of the learning rates of the steps
   */
  record Facts(String client, int round, long samples, int steps, double rates) {}
}
