package org.tributary.data.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.regex.Pattern;
import org.tributary.data.jinja.Values.Callable;

/** Methods of texts and dicts, filters and tests that chat templates use. */
final class Methods {
  private Methods() {}

  /** A method, or undefined where there is none of that name. */
  static Object of(Object of, String name) {
    if (of instanceof String text) {
      Callable method = ofText(text, name);
      return method == null ? new Undefined(name) : method;
    }
    Map<?, ?> map = (Map<?, ?>) of;
    if (name.equals("get")) {
      return (Callable)
          (a, n) -> map.containsKey(a.get(0)) ? map.get(a.get(0)) : a.size() > 1 ? a.get(1) : null;
    }
    return new Undefined(name);
  }

  private static Callable ofText(String text, String name) {
    return switch (name) {
      case "strip" -> (a, n) -> strip(text, a, true, true);
      case "lstrip" -> (a, n) -> strip(text, a, true, false);
      case "rstrip" -> (a, n) -> strip(text, a, false, true);
      case "startswith" -> (a, n) -> text.startsWith((String) a.get(0));
      case "endswith" -> (a, n) -> text.endsWith((String) a.get(0));
      case "replace" -> (a, n) -> text.replace((String) a.get(0), (String) a.get(1));
      case "upper" -> (a, n) -> text.toUpperCase(Locale.ROOT);
      case "lower" -> (a, n) -> text.toLowerCase(Locale.ROOT);
      case "split" -> (a, n) -> split(text, a);
      default -> null;
    };
  }

  private static List<Object> split(String text, List<Object> by) {
    if (by.size() != 1) {
      throw new JinjaFault("split needs one text to split at");
    }
    return new ArrayList<>(Arrays.asList(text.split(Pattern.quote((String) by.get(0)), -1)));
  }

  private static String strip(String text, List<Object> which, boolean left, boolean right) {
    IntPredicate goes =
        which.isEmpty() || which.get(0) == null
            ? Values::isSpace
            : c -> ((String) which.get(0)).indexOf(c) >= 0;
    int from = 0;
    int to = text.length();
    while (left && from < to && goes.test(text.charAt(from))) {
      from++;
    }
    while (right && to > from && goes.test(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }

  static Object filter(String name, Object value, List<Object> arguments) {
    switch (name) {
      case "trim":
        return strip(Values.text(value), arguments, true, true);
      case "length", "count":
        return size(value);
      case "string":
        return Values.text(value);
      case "upper":
        return Values.text(value).toUpperCase(Locale.ROOT);
      case "lower":
        return Values.text(value).toLowerCase(Locale.ROOT);
      case "default":
        return value instanceof Undefined ? arguments.get(0) : value;
      case "first":
        return Values.entry(value, 0L);
      case "last":
        return Values.entry(value, -1L);
      case "list":
        if (value instanceof List<?> list) {
          return list;
        }
        break;
      default:
    }
    throw new JinjaFault(
        "the filter %s of %s is not supported".formatted(name, Values.kind(value)));
  }

  private static long size(Object value) {
    if (value instanceof String text) {
      return text.codePointCount(0, text.length());
    } else if (value instanceof List<?> list) {
      return list.size();
    } else if (value instanceof Map<?, ?> map) {
      return map.size();
    }
    throw new JinjaFault("the length of " + Values.kind(value) + " is asked for");
  }

  static boolean test(String name, Object value) {
    return switch (name) {
      case "defined" -> !(value instanceof Undefined);
      case "undefined" -> value instanceof Undefined;
      case "none" -> value == null;
      case "string" -> value instanceof String;
      case "mapping" -> value instanceof Map;
      case "sequence", "iterable" ->
          value instanceof String || value instanceof List || value instanceof Map;
      case "number", "integer" -> value instanceof Long;
      case "boolean" -> value instanceof Boolean;
      case "true" -> Boolean.TRUE.equals(value);
      case "false" -> Boolean.FALSE.equals(value);
      case "odd" -> value instanceof Long n && n % 2 != 0;
      case "even" -> value instanceof Long n && n % 2 == 0;
      default -> throw new JinjaFault("the test \"is " + name + "\" is not supported");
    };
  }
}
