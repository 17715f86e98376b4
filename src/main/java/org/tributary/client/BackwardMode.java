package org.tributary.client;

/** How a step computes gradients, and what it keeps in memory. */
public enum BackwardMode {
  /** All activations, then all gradients, then the step. */
  WHOLE,
  /**
   * Activations of one block at a time, each computed twice (Chen et al. 2016); then all gradients,
   * then the step.
   */
  CHECKPOINTED,
  /**
   * As {@link #CHECKPOINTED}, but each block is updated as soon as its gradients are computed, and
   * these are dropped before those of the next block are computed (Lv et al. 2023; GaLore's
   * per-layer updates). Gradients cannot be clipped, because their global norm is known only after
   * the updates.
   */
  UPDATING
}
