package org.tributary.data.jinja;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** What Python does with values: text, whole numbers, truth, none, lists and dicts. */
final class Values {
  /** Something that can be called. */
  @FunctionalInterface
  interface Callable {
    /** Its result for arguments without and with a name. */
    Object call(List<Object> arguments, Map<String, Object> named);
  }

  private Values() {}

  static boolean isTrue(Object value) {
    if (value instanceof Boolean b) {
      return b;
    } else if (value instanceof String s) {
      return !s.isEmpty();
    } else if (value instanceof Long n) {
      return n != 0;
    } else if (value instanceof List<?> l) {
      return !l.isEmpty();
    } else if (value instanceof Map<?, ?> m) {
      return !m.isEmpty();
    }
    return value instanceof Callable;
  }

  static String text(Object value) {
    if (value == null) {
      return "None";
    } else if (value instanceof Boolean b) {
      return b ? "True" : "False";
    } else if (value instanceof String || value instanceof Long || value instanceof Undefined) {
      return value.toString();
    }
    throw new JinjaFault("a list, a dict or a function is written out, which is not supported");
  }

  static Object operate(String sign, Object a, Object b) {
    if (sign.equals("~")) {
      return text(a) + text(b);
    }
    if (a instanceof Long x && b instanceof Long y) {
      return switch (sign) {
        case "+" -> x + y;
        case "-" -> x - y;
        case "*" -> x * y;
        case "%" -> Math.floorMod(x, nonZero(y));
        case "//" -> Math.floorDiv(x, nonZero(y));
        default -> throw new JinjaFault("the sign " + sign + " is not supported");
      };
    }
    if (sign.equals("+") && a instanceof String x && b instanceof String y) {
      return x + y;
    }
    if (sign.equals("+") && a instanceof List<?> x && b instanceof List<?> y) {
      List<Object> both = new ArrayList<>(x);
      both.addAll(y);
      return both;
    }
    throw new JinjaFault("%s %s %s cannot be computed".formatted(kind(a), sign, kind(b)));
  }

  private static long nonZero(long y) {
    if (y == 0) {
      throw new JinjaFault("a division by zero");
    }
    return y;
  }

  static boolean compare(String sign, Object a, Object b) {
    switch (sign) {
      case "==":
        return equal(a, b);
      case "!=":
        return !equal(a, b);
      case "in":
        return isIn(a, b);
      case "not in":
        return !isIn(a, b);
      default:
    }
    int order;
    if (a instanceof Long x && b instanceof Long y) {
      order = x.compareTo(y);
    } else if (a instanceof String x && b instanceof String y) {
      order = x.compareTo(y);
    } else {
      throw new JinjaFault("%s %s %s cannot be compared".formatted(kind(a), sign, kind(b)));
    }
    return switch (sign) {
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  private static boolean equal(Object a, Object b) {
    return a instanceof Undefined ? b instanceof Undefined : Objects.equals(a, b);
  }

  private static boolean isIn(Object a, Object b) {
    if (b instanceof String whole && a instanceof String part) {
      return whole.contains(part);
    } else if (b instanceof List<?> list) {
      return list.contains(a);
    } else if (b instanceof Map<?, ?> map) {
      return map.containsKey(a);
    }
    throw new JinjaFault("%s in %s cannot be told".formatted(kind(a), kind(b)));
  }

  /** An attribute or an entry. */
  static Object entry(Object of, Object key) {
    if (of instanceof Undefined u) {
      throw new JinjaFault("%s is not defined, but %s of it is used".formatted(u.name(), key));
    }
    if (of instanceof Map<?, ?> map && map.containsKey(key)) {
      return map.get(key);
    } else if (of instanceof List<?> list && key instanceof Long i) {
      long place = i < 0 ? i + list.size() : i;
      return place >= 0 && place < list.size()
          ? list.get((int) place)
          : new Undefined("entry " + i);
    } else if (key instanceof String name && (of instanceof String || of instanceof Map)) {
      return Methods.of(of, name);
    }
    return new Undefined(String.valueOf(key));
  }

  /** Entries from (inclusive) to (exclusive), each null where it is not said, in steps. */
  static Object slice(Object of, Object from, Object to, Object step) {
    long stride = step == null ? 1 : (Long) step;
    if (of instanceof List<?> list && stride == 1) {
      return new ArrayList<>(list.subList(start(from, list.size()), end(from, to, list.size())));
    } else if (of instanceof List<?> list && stride == -1 && from == null && to == null) {
      List<Object> turned = new ArrayList<>(list);
      java.util.Collections.reverse(turned);
      return turned;
    } else if (of instanceof String text && stride == 1) {
      return text.substring(start(from, text.length()), end(from, to, text.length()));
    }
    throw new JinjaFault(
        "a slice of %s in steps of %d is not supported".formatted(kind(of), stride));
  }

  private static int start(Object from, int size) {
    long f = from == null ? 0 : (Long) from;
    return (int) Math.max(0, Math.min(size, f < 0 ? f + size : f));
  }

  private static int end(Object from, Object to, int size) {
    return Math.max(start(from, size), to == null ? size : start(to, size));
  }

  static String kind(Object value) {
    if (value instanceof Undefined u) {
      return u.name() + ", which is not defined,";
    } else if (value instanceof String) {
      return "a text";
    } else if (value instanceof Long) {
      return "a number";
    } else if (value instanceof List) {
      return "a list";
    } else if (value instanceof Map) {
      return "a dict";
    }
    return value == null ? "none" : value instanceof Boolean ? "a truth" : "a function";
  }

  /** White space as Python strips it. */
  static boolean isSpace(int c) {
    return Character.isWhitespace(c) || Arrays.asList(0x85, 0xa0, 0x2007, 0x202f).contains(c);
  }
}
