package org.tributary.text.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/** What {@code namespace()} makes: names whose values may be set from within loops. */
final class Namespace extends LinkedHashMap<Object, Object> {
  private static final long serialVersionUID = 1;

  Namespace(Map<?, ?> values) {
    super(values);
  }
}
