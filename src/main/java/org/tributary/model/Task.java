package org.tributary.model;

/** What a model's head is for. */
public enum Task {
  /** One class for a row: labels [b]. */
  CLASSIFICATION,
  /** One token after the other: labels [b, t], -100 where a token does not count. */
  GENERATION
}
