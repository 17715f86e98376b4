package org.tributary.text.jinja;

import java.util.LinkedHashMap;
import java.util.Map;

/** The result of {@code namespace()}: names whose values can be set inside of loops. */
final class Namespace extends LinkedHashMap<Object, Object> {
  private static final long serialVersionUID = 1;

  Namespace(Map<?, ?> values) {
    super(values);
  }
}
