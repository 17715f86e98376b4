package org.tributary.text.jinja;

/** Something with a value, once names have values. */
@FunctionalInterface
interface Expression {
  Object value(Scope scope);
}
