package org.tributary.text.jinja;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Runs loops, with the variable {@code loop} inside. */
final class Loops {
  private Loops() {}

  /** One iteration of a loop. */
  @FunctionalInterface
  interface Turn {
    void in(Scope scope);
  }

  /** Runs one iteration per entry. */
  static void run(List<Object> entries, List<String> names, Scope scope, Turn body) {
    for (int i = 0; i < entries.size(); i++) {
      scope.budget().step();
      Scope turn = new Scope(scope);
      turn.set("loop", loop(entries, i));
      bind(names, entries.get(i), turn);
      try {
        body.in(turn);
      } catch (LoopControl control) {
        if (control == LoopControl.BREAK) {
          return;
        }
      }
    }
  }

  private static Namespace loop(List<Object> entries, int i) {
    int size = entries.size();
    Map<Object, Object> loop = new LinkedHashMap<>();
    loop.put("index0", (long) i);
    loop.put("index", i + 1L);
    loop.put("revindex", (long) size - i);
    loop.put("revindex0", size - i - 1L);
    loop.put("first", i == 0);
    loop.put("last", i == size - 1);
    loop.put("length", (long) size);
    loop.put("depth", 1L);
    loop.put("depth0", 0L);
    loop.put("previtem", i == 0 ? new Undefined("loop.previtem") : entries.get(i - 1));
    loop.put("nextitem", i == size - 1 ? new Undefined("loop.nextitem") : entries.get(i + 1));
    loop.put("cycle", (JinjaValues.Callable) (a, n) -> a.get(i % a.size()));
    return new Namespace(loop);
  }

  /** Assigns a value to a name, or its parts to several names. */
  static void bind(List<String> names, Object entry, Scope scope) {
    if (names.size() == 1) {
      scope.set(names.get(0), entry);
      return;
    }
    if (!(entry instanceof List<?> parts) || parts.size() != names.size()) {
      throw new JinjaFault("%s has not %d parts".formatted(JinjaValues.kind(entry), names.size()));
    }
    for (int i = 0; i < names.size(); i++) {
      scope.set(names.get(i), parts.get(i));
    }
  }
}
