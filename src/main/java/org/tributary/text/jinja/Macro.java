package org.tributary.text.jinja;

import java.util.List;
import java.util.Map;
import org.tributary.text.jinja.Jinja.Node;

/**
 * A part of a template that is called like a function and returns its output.
 *
 * @param name its name in calls
 * @param parameters its names
 * @param defaults the default of each parameter; null for undefined
 * @param body its content
 */
record Macro(String name, List<String> parameters, List<Expression> defaults, List<Node> body) {

  /** The function. It knows the names in the scope of the macro. */
  JinjaValues.Callable in(Scope scope) {
    return (plain, named) -> call(scope, plain, named);
  }

  private String call(Scope scope, List<Object> plain, Map<String, Object> named) {
    if (plain.size() > parameters.size() || !parameters.containsAll(named.keySet())) {
      throw new JinjaFault("the macro %s is called with more than it takes".formatted(name));
    }
    Scope inner = new Scope(scope);
    for (int i = 0; i < parameters.size(); i++) {
      String parameter = parameters.get(i);
      Object value;
      if (i < plain.size()) {
        value = plain.get(i);
      } else if (named.containsKey(parameter)) {
        value = named.get(parameter);
      } else if (defaults.get(i) != null) {
        value = defaults.get(i).value(inner);
      } else {
        value = new Undefined(parameter);
      }
      inner.set(parameter, value);
    }
    StringBuilder text = new StringBuilder();
    Jinja.render(body, inner, text);
    return text.toString();
  }
}
