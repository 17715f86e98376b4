package org.tributary.text.jinja;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The arguments of a call.
 *
 * @param plain positional arguments
 * @param named keyword arguments by name
 */
record Arguments(List<Expression> plain, Map<String, Expression> named) {
  /** The prefix of the names of dicts whose entries are all arguments. */
  static final String ALL = "**";

  /** No arguments. */
  static final Arguments NONE = new Arguments(List.of(), Map.of());

  /**
   * A list whose entries are all arguments.
   *
   * @param list the list after a star
   */
  record Spread(Expression list) implements Expression {
    @Override
    public Object value(Scope scope) {
      return list.value(scope);
    }
  }

  List<Object> values(Scope scope) {
    List<Object> values = new ArrayList<>();
    for (Expression one : plain) {
      if (one instanceof Spread spread) {
        values.addAll(JinjaValues.entries(spread.list().value(scope)));
      } else {
        values.add(one.value(scope));
      }
    }
    return values;
  }

  Map<String, Object> names(Scope scope) {
    Map<String, Object> values = new LinkedHashMap<>();
    named.forEach(
        (name, value) -> {
          if (name.startsWith(ALL)) {
            ((Map<?, ?>) value.value(scope)).forEach((key, one) -> values.put((String) key, one));
          } else {
            values.put(name, value.value(scope));
          }
        });
    return values;
  }

  Object call(Object function, Scope scope) {
    if (function instanceof Undefined unknown && unknown.name().equals(Jinja.NOW)) {
      throw new JinjaFault(
          "it asks for today's date (%s); give it one with data.date, such as 2026-01-31"
              .formatted(Jinja.NOW));
    }
    if (!(function instanceof JinjaValues.Callable callable)) {
      throw new JinjaFault(JinjaValues.kind(function) + " is called, which is not supported");
    }
    scope.budget().enter();
    Object result = callable.call(values(scope), names(scope));
    scope.budget().leave();
    return result;
  }
}
