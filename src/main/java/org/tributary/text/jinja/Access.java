package org.tributary.text.jinja;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Gets attributes, entries and slices of values. */
final class Access {
  private Access() {}

  /** The value after a dot. A method comes before an entry, as in Jinja. */
  static Object attribute(Object of, String name, Budget budget) {
    refuseUndefined(of, name);
    Object method = of instanceof Namespace ? null : Methods.of(of, name, budget);
    return method == null ? entryOrNone(of, name) : method;
  }

  /** The value for an index in brackets. An entry comes before a method. */
  static Object entry(Object of, Object key, Budget budget) {
    refuseUndefined(of, key);
    Object entry = entryOrNone(of, key);
    if (entry instanceof Undefined && key instanceof String name) {
      Object method = Methods.of(of, name, budget);
      return method == null ? entry : method;
    }
    return entry;
  }

  private static void refuseUndefined(Object of, Object key) {
    if (of instanceof Undefined u) {
      throw new JinjaFault(
          "%s is not defined, but its %s is used".formatted(u.name(), JinjaValues.text(key)));
    }
  }

  private static Object entryOrNone(Object of, Object key) {
    if (of instanceof Map<?, ?> map && map.containsKey(JinjaValues.key(key))) {
      return map.get(key);
    } else if (of instanceof List<?> list && key instanceof Long i) {
      long place = i < 0 ? i + list.size() : i;
      return place >= 0 && place < list.size()
          ? list.get((int) place)
          : new Undefined("entry " + i);
    } else if (of instanceof String text && key instanceof Long i) {
      int[] points = text.codePoints().toArray();
      long place = i < 0 ? i + points.length : i;
      return place >= 0 && place < points.length
          ? Character.toString(points[(int) place])
          : new Undefined("character " + i);
    }
    return new Undefined(JinjaValues.text(key));
  }

  /** The entries from (inclusive) to (exclusive), with a step. Each is null if it is not given. */
  static Object slice(Object of, Object from, Object to, Object step, Budget budget) {
    long stride = step == null ? 1 : (Long) step;
    if (stride == 0) {
      throw new JinjaFault("a slice in steps of 0");
    }
    if (of instanceof List<?> list) {
      List<Object> chosen = new ArrayList<>();
      budget.length(list.size());
      for (int i : indices(list.size(), from, to, stride)) {
        chosen.add(list.get(i));
      }
      return chosen;
    } else if (of instanceof String text) {
      budget.length(text.length());
      int[] points = text.codePoints().toArray();
      StringBuilder chosen = new StringBuilder();
      for (int i : indices(points.length, from, to, stride)) {
        chosen.appendCodePoint(points[i]);
      }
      return chosen.toString();
    }
    throw new JinjaFault("a slice of %s is not supported".formatted(JinjaValues.kind(of)));
  }

  /** The indices of a slice, as in Python. */
  private static int[] indices(int size, Object from, Object to, long stride) {
    long first = bound(from, size, stride < 0, stride < 0 ? size - 1 : 0);
    long end = bound(to, size, stride < 0, stride < 0 ? -1 : size);
    List<Integer> places = new ArrayList<>();
    for (long i = first; stride > 0 ? i < end : i > end; i += stride) {
      places.add((int) i);
    }
    return places.stream().mapToInt(Integer::intValue).toArray();
  }

  private static long bound(Object said, int size, boolean back, long otherwise) {
    if (said == null) {
      return otherwise;
    }
    long place = (Long) said;
    place = place < 0 ? place + size : place;
    return back ? Math.max(-1, Math.min(size - 1, place)) : Math.max(0, Math.min(size, place));
  }
}
