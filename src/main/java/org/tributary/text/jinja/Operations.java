package org.tributary.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The operators between two values, as in Python. */
final class Operations {
  private Operations() {}

  static Object operate(String sign, Object a, Object b, Budget budget) {
    budget.step();
    if (sign.equals("~")) {
      return joined(JinjaValues.text(a), JinjaValues.text(b), budget);
    }
    Number x = JinjaValues.number(a);
    Number y = JinjaValues.number(b);
    if (x != null && y != null) {
      boolean whole = x instanceof Long && y instanceof Long && !sign.equals("/");
      return whole
          ? (Object) whole(sign, x.longValue(), y.longValue())
          : real(sign, x.doubleValue(), y.doubleValue());
    }
    if (sign.equals("+") && a instanceof String s && b instanceof String t) {
      return joined(s, t, budget);
    }
    if (sign.equals("+") && a instanceof List<?> s && b instanceof List<?> t) {
      budget.length((long) s.size() + t.size());
      List<Object> both = new ArrayList<>(s);
      both.addAll(t);
      return both;
    }
    if (sign.equals("*") && y instanceof Long times) {
      return repeated(a, times, b, budget);
    } else if (sign.equals("*") && x instanceof Long times) {
      return repeated(b, times, a, budget);
    }
    throw impossible(sign, a, b);
  }

  private static JinjaFault impossible(String sign, Object a, Object b) {
    return new JinjaFault(
        "%s %s %s cannot be computed".formatted(JinjaValues.kind(a), sign, JinjaValues.kind(b)));
  }

  private static String joined(String a, String b, Budget budget) {
    budget.length((long) a.length() + b.length());
    return a + b;
  }

  private static Object repeated(Object what, long times, Object by, Budget budget) {
    long often = Math.max(0, times);
    if (what instanceof String text) {
      return text.repeat(text.isEmpty() ? 0 : often(text.length(), often, budget));
    } else if (what instanceof List<?> list) {
      List<Object> all = new ArrayList<>();
      for (int i = list.isEmpty() ? 0 : often(list.size(), often, budget); i > 0; i--) {
        all.addAll(list);
      }
      return all;
    }
    throw impossible("*", what, by);
  }

  private static int often(int size, long times, Budget budget) {
    budget.length(times > Budget.LENGTH ? times : size * times);
    return (int) times;
  }

  private static long whole(String sign, long x, long y) {
    return switch (sign) {
      case "+" -> Math.addExact(x, y);
      case "-" -> Math.subtractExact(x, y);
      case "*" -> Math.multiplyExact(x, y);
      case "%" -> Math.floorMod(x, nonZero(y));
      case "//" -> Math.floorDiv(x, nonZero(y));
      case "**" -> power(x, y);
      default -> throw new JinjaFault("the sign " + sign + " is not supported");
    };
  }

  private static long power(long x, long y) {
    if (y < 0 || y > 63) {
      throw new JinjaFault("the power %d of a number is not supported".formatted(y));
    }
    long power = 1;
    for (long i = 0; i < y; i++) {
      power = Math.multiplyExact(power, x);
    }
    return power;
  }

  private static double real(String sign, double x, double y) {
    return switch (sign) {
      case "+" -> x + y;
      case "-" -> x - y;
      case "*" -> x * y;
      case "/" -> x / nonZero(y);
      case "//" -> Math.floor(x / nonZero(y));
      case "%" -> x - Math.floor(x / nonZero(y)) * y;
      default -> throw new JinjaFault("the sign " + sign + " of fractions is not supported");
    };
  }

  private static long nonZero(long y) {
    nonZero((double) y);
    return y;
  }

  private static double nonZero(double y) {
    if (y == 0) {
      throw new JinjaFault("a division by zero");
    }
    return y;
  }

  static boolean compare(String sign, Object a, Object b, Budget budget) {
    budget.step();
    switch (sign) {
      case "==":
        return equal(a, b, budget);
      case "!=":
        return !equal(a, b, budget);
      case "in":
        return isIn(a, b, budget);
      case "not in":
        return !isIn(a, b, budget);
      default:
    }
    int order = order(sign, a, b);
    return switch (sign) {
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  /** Compares two values. The result is negative if the first one comes first. */
  static int order(String sign, Object a, Object b) {
    Number x = JinjaValues.number(a);
    Number y = JinjaValues.number(b);
    if (x instanceof Long s && y instanceof Long t) {
      return s.compareTo(t);
    } else if (x != null && y != null) {
      return Double.compare(x.doubleValue(), y.doubleValue());
    } else if (a instanceof String s && b instanceof String t) {
      return s.compareTo(t);
    }
    throw new JinjaFault(
        "%s %s %s cannot be compared".formatted(JinjaValues.kind(a), sign, JinjaValues.kind(b)));
  }

  static boolean equal(Object a, Object b, Budget budget) {
    budget.enter();
    try {
      Number x = JinjaValues.number(a);
      Number y = JinjaValues.number(b);
      if (x != null && y != null) {
        return x instanceof Long s && y instanceof Long t
            ? s.equals(t)
            : x.doubleValue() == y.doubleValue();
      } else if (a instanceof List<?> s && b instanceof List<?> t) {
        boolean same = s.size() == t.size();
        for (int i = 0; same && i < s.size(); i++) {
          same = equal(s.get(i), t.get(i), budget);
        }
        return same;
      } else if (a instanceof Map<?, ?> s && b instanceof Map<?, ?> t) {
        boolean same = s.size() == t.size();
        for (Map.Entry<?, ?> entry : s.entrySet()) {
          same =
              same
                  && t.containsKey(entry.getKey())
                  && equal(entry.getValue(), t.get(entry.getKey()), budget);
        }
        return same;
      }
      return a instanceof Undefined ? b instanceof Undefined : Objects.equals(a, b);
    } finally {
      budget.leave();
    }
  }

  private static boolean isIn(Object a, Object b, Budget budget) {
    if (b instanceof String whole && a instanceof String part) {
      budget.length(whole.length());
      return whole.contains(part);
    } else if (b instanceof List || b instanceof PythonGenerator || b instanceof Undefined) {
      for (Object one : JinjaValues.entries(b)) {
        if (equal(a, one, budget)) {
          return true;
        }
      }
      return false;
    } else if (b instanceof Map<?, ?> map) {
      return map.containsKey(JinjaValues.key(a));
    }
    throw new JinjaFault(
        "%s in %s cannot be decided".formatted(JinjaValues.kind(a), JinjaValues.kind(b)));
  }
}
