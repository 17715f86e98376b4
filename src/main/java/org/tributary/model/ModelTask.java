package org.tributary.model;

/** The task of a model's head. */
public enum ModelTask {
  /** Classification, one class for each row: labels [b]. */
  CLASSIFICATION,
  /** Generation, one token after the other: labels [b, t], -100 for tokens that do not count. */
  GENERATION
}
