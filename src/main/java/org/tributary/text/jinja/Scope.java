package org.tributary.text.jinja;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Names with their values. There is one scope for the template, and one for each iteration of a
 * loop and each call of a macro.
 */
final class Scope {
  private final Scope outer;
  private final StringBuilder out;
  private final List<Jinja.Part> generated;
  private final Budget budget;
  private final Map<String, Object> values = new HashMap<>();

  private Scope(Scope outer, StringBuilder out, List<Jinja.Part> generated, Budget budget) {
    this.outer = outer;
    this.out = out;
    this.generated = generated;
    this.budget = budget;
  }

  /** A scope inside of another one. */
  Scope(Scope outer) {
    this(outer, outer.out, outer.generated, outer.budget);
  }

  /** The outer scope of a template, which writes to this text. */
  static Scope of(StringBuilder out) {
    return new Scope(null, out, new ArrayList<>(), new Budget());
  }

  /** The limits of this rendering. */
  Budget budget() {
    return budget;
  }

  /** Records the text from this position on as the assistant's, if it is the template's output. */
  void generated(StringBuilder text, int from) {
    if (text == out && from < text.length()) {
      generated.add(new Jinja.Part(from, text.length()));
    }
  }

  List<Jinja.Part> generated() {
    return List.copyOf(generated);
  }

  Object get(String name) {
    budget.step();
    for (Scope scope = this; scope != null; scope = scope.outer) {
      if (scope.values.containsKey(name)) {
        return scope.values.get(name);
      }
    }
    return new Undefined(name);
  }

  void set(String name, Object value) {
    values.put(name, value);
  }
}
