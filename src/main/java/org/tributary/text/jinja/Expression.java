package org.tributary.text.jinja;

/** An expression, which has a value in a scope. */
@FunctionalInterface
interface Expression {
  Object value(Scope scope);
}
