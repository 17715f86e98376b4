package org.tributary.text.jinja;

import java.util.List;
import java.util.Map;

/** The tests of {@code is}, {@code selectattr} and similar filters. */
final class TemplateTests {
  private TemplateTests() {}

  static boolean test(String name, Object value, List<Object> a, Budget budget) {
    budget.step();
    return switch (name) {
      case "defined" -> !(value instanceof Undefined);
      case "undefined" -> value instanceof Undefined;
      case "none" -> value == null;
      case "string" -> value instanceof String;
      case "mapping" -> value instanceof Map && !(value instanceof Namespace);
      case "sequence" ->
          value instanceof String
              || value instanceof List
              || isDict(value)
              || value instanceof Undefined;
      case "iterable" ->
          value instanceof String
              || value instanceof List
              || isDict(value)
              || value instanceof Undefined
              || value instanceof PythonGenerator;
      case "number" -> JinjaValues.number(value) != null;
      case "integer" -> value instanceof Long;
      case "float" -> value instanceof Double;
      case "boolean" -> value instanceof Boolean;
      case "true" -> Boolean.TRUE.equals(value);
      case "false" -> Boolean.FALSE.equals(value);
      case "callable" -> value instanceof JinjaValues.Callable;
      case "upper" -> isCased(JinjaValues.text(value), true);
      case "lower" -> isCased(JinjaValues.text(value), false);
      case "odd" -> remainder(value, 2) == 1;
      case "even" -> remainder(value, 2) == 0;
      case "divisibleby" -> remainder(value, (Long) a.get(0)) == 0;
      case "sameas" -> same(value, a.get(0));
      default -> compared(name, value, a, budget);
    };
  }

  private static boolean isDict(Object value) {
    return value instanceof Map && !(value instanceof Namespace);
  }

  private static boolean same(Object value, Object other) {
    return value == other
        || value != null
            && other != null
            && value.getClass() == other.getClass()
            && !(value instanceof List)
            && !(value instanceof Map)
            && value.equals(other);
  }

  private static long remainder(Object value, long by) {
    if (!(value instanceof Long n) || by == 0) {
      throw new JinjaFault("%s is divided by %d".formatted(JinjaValues.kind(value), by));
    }
    return Math.floorMod(n, by);
  }

  static boolean isCased(String text, boolean upper) {
    return text.chars().anyMatch(Character::isLetter)
        && text.chars().noneMatch(upper ? Character::isLowerCase : Character::isUpperCase);
  }

  private static boolean compared(String name, Object value, List<Object> a, Budget budget) {
    String sign =
        switch (name) {
          case "eq", "equalto", "==" -> "==";
          case "ne", "!=" -> "!=";
          case "lt", "lessthan", "<" -> "<";
          case "le", "<=" -> "<=";
          case "gt", "greaterthan", ">" -> ">";
          case "ge", ">=" -> ">=";
          case "in" -> "in";
          default -> throw new JinjaFault("the test \"is " + name + "\" is not supported");
        };
    return Operations.compare(sign, value, a.get(0), budget);
  }
}
