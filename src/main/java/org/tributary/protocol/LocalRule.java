package org.tributary.protocol;

import java.util.Map;

/**
 * The changes of a framework to a client's training. All methods are pure functions of tensors in
 * the host's memory, by name.
 */
public interface LocalRule {
  /** Training as it is. */
  LocalRule NONE = new LocalRule() {};

  /**
   * What is added to the gradient of every step, before it is clipped.
   *
   * @param start every tensor that the client begins the round with: those of the model, those it
   *     received in addition, and its own
   * @return constants of the shapes of trained tensors, by the names of these; empty for none
   */
  default Map<String, HostTensor> drift(Map<String, HostTensor> start) {
    return Map.of();
  }

  /**
   * The factor μ of FedProx's term μ/2 ‖w − w_t‖² in the loss, w_t being the start of the round.
   *
   * @return 0 for none
   */
  default double proximal() {
    return 0;
  }

  /**
   * What a client sends and keeps in addition to what it trained, or in its place; asked after the
   * last step.
   *
   * @param start as for {@link #drift}
   * @param trained what the steps made of the tensors that train
   * @param facts of the training
   * @return tensors of the plan by name: those that are sent or kept without being trained, and
   *     trained ones that are to be sent otherwise than they are; empty for none
   */
  default Map<String, HostTensor> finish(
      Map<String, HostTensor> start, Map<String, HostTensor> trained, Facts facts) {
    return Map.of();
  }

  /**
   * Facts of a client's training.
   *
   * @param client id
   * @param round counted from 0
   * @param samples n_k, its training rows
   * @param steps optimizer steps taken
   * @param rates Σ η_t, the sum of the learning rates of these steps
   */
  record Facts(String client, int round, long samples, int steps, double rates) {}
}
