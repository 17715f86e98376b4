package org.tributary.client;

/** How a step computes its gradients, and what is in memory meanwhile. */
public enum Backward {
  /** All activations, then all gradients, then the step. */
  WHOLE,
  /**
   * Activations of one block at a time, each computed twice (Chen et al. 2016); then all gradients,
   * then the step.
   */
  CHECKPOINTED,
  /**
   * As {@link #CHECKPOINTED}, and each block is changed as soon as its gradients are there, which
   * are dropped before the next block's are made (Lv et al. 2023; GaLore's per-layer updates). The
   * gradients' common norm is known too late to clip by it.
   */
  UPDATING
}
