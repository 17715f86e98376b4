package org.tributary.text.jinja;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The functions for every template: those of Jinja and those that transformers adds. */
final class Functions {
  /** The limit of Jinja's sandbox. */
  private static final long LONGEST_RANGE = 100_000;

  private Functions() {}

  /** Adds them to the scope of a template. */
  static void into(Scope scope, LocalDate day) {
    scope.set(
        "raise_exception",
        (JinjaValues.Callable)
            (a, n) -> {
              throw new JinjaFault("it says: " + JinjaValues.text(a.get(0)));
            });
    scope.set("namespace", (JinjaValues.Callable) (a, n) -> new Namespace(dict(a, n)));
    scope.set("dict", (JinjaValues.Callable) Functions::dict);
    scope.set("range", (JinjaValues.Callable) (a, n) -> range(a, scope.budget()));
    if (day != null) {
      scope.set(Jinja.NOW, (JinjaValues.Callable) (a, n) -> Dates.text(day, (String) a.get(0)));
    }
  }

  private static Map<Object, Object> dict(List<Object> plain, Map<String, Object> named) {
    Map<Object, Object> dict = new LinkedHashMap<>();
    if (!plain.isEmpty()) {
      dict.putAll((Map<?, ?>) plain.get(0));
    }
    dict.putAll(named);
    return dict;
  }

  private static List<Object> range(List<Object> bounds, Budget budget) {
    long from = bounds.size() > 1 ? (Long) bounds.get(0) : 0;
    long to = (Long) bounds.get(bounds.size() > 1 ? 1 : 0);
    long step = bounds.size() > 2 ? (Long) bounds.get(2) : 1;
    List<Object> range = new ArrayList<>();
    if (step == 0) {
      throw new JinjaFault("range goes in steps of 0");
    }
    for (long i = from; step > 0 ? i < to : i > to; i = Math.addExact(i, step)) {
      if (range.size() == LONGEST_RANGE) {
        throw new JinjaFault("range has more than %d numbers".formatted(LONGEST_RANGE));
      }
      range.add(i);
    }
    budget.length(range.size());
    return range;
  }
}
