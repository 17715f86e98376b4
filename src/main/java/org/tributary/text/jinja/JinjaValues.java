package org.tributary.text.jinja;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Treats values as Python does: strings, numbers, booleans, none, lists, dicts, functions. */
final class JinjaValues {
  /** Something that can be called. */
  @FunctionalInterface
  interface Callable {
    /** The result for positional and keyword arguments. */
    Object call(List<Object> arguments, Map<String, Object> named);
  }

  private JinjaValues() {}

  static boolean isTrue(Object value) {
    if (value instanceof Boolean b) {
      return b;
    } else if (value instanceof String s) {
      return !s.isEmpty();
    } else if (value instanceof Long n) {
      return n != 0;
    } else if (value instanceof Double n) {
      return n != 0;
    } else if (value instanceof List<?> l) {
      return !l.isEmpty();
    } else if (value instanceof Map<?, ?> m) {
      return value instanceof Namespace || !m.isEmpty();
    }
    return value instanceof Callable || value instanceof PythonGenerator;
  }

  /** A value as text, like Python's {@code str}. */
  static String text(Object value) {
    if (value == null) {
      return "None";
    } else if (value instanceof Boolean b) {
      return b ? "True" : "False";
    } else if (value instanceof Double d) {
      return fraction(d);
    } else if (value instanceof String || value instanceof Long || value instanceof Undefined) {
      return value.toString();
    }
    throw new JinjaFault(
        kind(value) + " is printed, which is not supported; tojson writes lists and dicts");
  }

  private static String fraction(double value) {
    double size = Math.abs(value);
    if (value == Math.rint(value) && size < 1e15) {
      return "%d.0".formatted((long) value);
    } else if (size >= 1e-4 && size < 1e15) {
      return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
    }
    throw new JinjaFault("the number " + value + " is printed, which is not supported");
  }

  /** The entries for a loop. */
  static List<?> entries(Object value) {
    if (value instanceof List<?> list) {
      return list;
    } else if (value instanceof PythonGenerator lazy) {
      return lazy.rest();
    } else if (value instanceof Map<?, ?> map) {
      return new ArrayList<>(map.keySet());
    } else if (value instanceof String text) {
      return new ArrayList<>(text.codePoints().mapToObj(Character::toString).toList());
    } else if (value instanceof Undefined) {
      return List.of();
    }
    throw new JinjaFault("a loop over " + kind(value) + " is not possible");
  }

  static long size(Object value) {
    if (value instanceof String text) {
      return text.codePointCount(0, text.length());
    } else if (value instanceof List<?> list) {
      return list.size();
    } else if (value instanceof Map<?, ?> map) {
      return map.size();
    } else if (value instanceof Undefined) {
      return 0;
    }
    throw new JinjaFault("the length of " + kind(value) + " is asked for");
  }

  /** A number; booleans are 0 and 1. */
  static Number number(Object value) {
    if (value instanceof Boolean b) {
      return b ? 1L : 0L;
    }
    return value instanceof Long || value instanceof Double ? (Number) value : null;
  }

  /** A key of a dict. It cannot be a list or a dict. */
  static Object key(Object value) {
    if (value instanceof List || value instanceof Map || value instanceof PythonGenerator) {
      throw new JinjaFault(kind(value) + " cannot be the key of a dict");
    }
    return value;
  }

  static String kind(Object value) {
    if (value instanceof Undefined u) {
      return u.name() + ", which is not defined,";
    } else if (value instanceof String) {
      return "a text";
    } else if (value instanceof Number) {
      return "a number";
    } else if (value instanceof List) {
      return "a list";
    } else if (value instanceof Map) {
      return value instanceof Namespace ? "a namespace" : "a dict";
    } else if (value instanceof PythonGenerator) {
      return "a generator";
    }
    return value == null ? "none" : value instanceof Boolean ? "a truth" : "a function";
  }

  /** White space in the sense of Python's {@code strip}. */
  static boolean isSpace(int c) {
    return Character.isWhitespace(c) || Arrays.asList(0x85, 0xa0, 0x2007, 0x202f).contains(c);
  }
}
