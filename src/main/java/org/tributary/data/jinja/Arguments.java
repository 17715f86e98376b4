package org.tributary.data.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What stands between the brackets of a call.
 *
 * @param plain without a name
 * @param named by name
 */
record Arguments(List<Expression> plain, Map<String, Expression> named) {
  List<Object> values(Scope scope, String of) {
    if (!named.isEmpty()) {
      throw new JinjaFault("arguments of %s with a name are not supported".formatted(of));
    }
    return new ArrayList<>(plain.stream().map(e -> e.value(scope)).toList());
  }

  Object call(Object function, Scope scope) {
    if (function instanceof Undefined unknown && unknown.name().equals(Jinja.NOW)) {
      throw new JinjaFault(
          "it asks for today's date (%s); give it one with data.date, such as 2026-01-31"
              .formatted(Jinja.NOW));
    }
    if (!(function instanceof Values.Callable callable)) {
      throw new JinjaFault(Values.kind(function) + " is called, which is not supported");
    }
    Map<String, Object> values = new LinkedHashMap<>();
    named.forEach((name, value) -> values.put(name, value.value(scope)));
    List<Object> positions = new ArrayList<>();
    plain.forEach(e -> positions.add(e.value(scope)));
    return callable.call(positions, values);
  }
}
