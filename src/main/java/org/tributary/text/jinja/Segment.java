package org.tributary.text.jinja;

/**
 * A piece of a template: plain text, what stands between double braces, or a statement.
 *
 * @param kind what it is
 * @param text plain, or what stands inside the tag
 */
record Segment(Kind kind, String text) {
  /** The kinds of pieces. */
  enum Kind {
    TEXT,
    OUTPUT,
    STATEMENT
  }
}
