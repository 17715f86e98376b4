package org.tributary.text.jinja;

/**
 * A piece of a template: plain text, an expression in double braces, or a statement.
 *
 * @param kind its kind
 * @param text the plain text, or the content of the tag
 */
record Segment(Kind kind, String text) {
  /** The kinds of pieces. */
  enum Kind {
    TEXT,
    OUTPUT,
    STATEMENT
  }
}
