package org.tributary.ml;

/** What rows are scored for. */
enum ModelUse {
  /** A text, or a pair of texts, gets a class. */
  CLASSIFY_TEXT,
  /** An image gets a class. */
  CLASSIFY_IMAGE,
  /** A text gets a vector. */
  EMBED,
  /** A prompt gets a text. */
  WRITE
}
