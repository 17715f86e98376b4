package org.tributary.text.jinja;

import java.util.ArrayList;
import java.util.List;

/**
 * A generator as in Python, such as the result of {@code selectattr}. It is true even if it is
 * empty, has no length, and can be iterated once.
 */
final class PythonGenerator {
  private List<Object> left;

  PythonGenerator(List<Object> entries) {
    left = entries;
  }

  /** All remaining entries. Afterwards it is empty. */
  List<Object> rest() {
    List<Object> rest = left;
    left = new ArrayList<>();
    return rest;
  }

  /** The next entry; undefined at the end. */
  Object next() {
    if (left.isEmpty()) {
      return new Undefined("the first entry");
    }
    Object next = left.get(0);
    left = new ArrayList<>(left.subList(1, left.size()));
    return next;
  }
}
