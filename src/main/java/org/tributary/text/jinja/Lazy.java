package org.tributary.text.jinja;

import java.util.ArrayList;
import java.util.List;

/**
 * What Python calls a generator, such as {@code selectattr} gives: it is true even where it is
 * empty, has no length, and can be gone through once.
 */
final class Lazy {
  private List<Object> left;

  Lazy(List<Object> entries) {
    left = entries;
  }

  /** All that is left of it; then nothing is. */
  List<Object> rest() {
    List<Object> rest = left;
    left = new ArrayList<>();
    return rest;
  }

  /** The next one; undefined at the end. */
  Object next() {
    if (left.isEmpty()) {
      return new Undefined("the first entry");
    }
    Object next = left.get(0);
    left = new ArrayList<>(left.subList(1, left.size()));
    return next;
  }
}
