package org.tributary.config;

import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The keys that a configuration record has, by their dotted names, sections included. */
final class ConfigSchema {
  private ConfigSchema() {}

  /**
   * All keys below a record.
   *
   * @param type the root record
   * @return dotted name to component, each section before its keys, in the records' order
   */
  static Map<String, RecordComponent> keys(Class<?> type) {
    Map<String, RecordComponent> keys = new LinkedHashMap<>();
    collect(type, "", keys);
    return keys;
  }

  private static void collect(Class<?> type, String path, Map<String, RecordComponent> keys) {
    for (RecordComponent component : type.getRecordComponents()) {
      String name = join(path, component.getName());
      keys.put(name, component);
      if (component.getType().isRecord()) {
        collect(component.getType(), name, keys);
      }
    }
  }

  static List<String> names(Class<?> type) {
    List<String> names = new ArrayList<>();
    for (RecordComponent component : type.getRecordComponents()) {
      names.add(component.getName());
    }
    return names;
  }

  static Key key(RecordComponent component) {
    Key key = component.getAnnotation(Key.class);
    if (key == null) {
      throw new IllegalStateException(
          component.getDeclaringRecord().getName() + "." + component.getName() + " has no @Key");
    }
    return key;
  }

  static String join(String path, String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  static String last(String path) {
    return path.substring(path.lastIndexOf('.') + 1);
  }

  static String parent(String path) {
    return path.contains(".") ? path.substring(0, path.lastIndexOf('.')) : "";
  }
}
