package org.tributary.config;

import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The keys of a configuration record by their dotted names, including sections. The settings of
 * methods are not sections: the keys of all methods that can be chosen in a section are keys of
 * that section.
 *
 * @param choices for keys whose values are names, by dotted key
 */
record ConfigSchema(Map<String, Choices> choices) {

  /**
   * All keys below a record.
   *
   * @param type the root record
   * @return dotted name to component, each section before its keys, in the records' order
   */
  Map<String, RecordComponent> keys(Class<?> type) {
    Map<String, RecordComponent> keys = new LinkedHashMap<>();
    collect(type, "", keys);
    return keys;
  }

  private void collect(Class<?> type, String path, Map<String, RecordComponent> keys) {
    for (RecordComponent component : type.getRecordComponents()) {
      if (isSettings(component)) {
        choicesFor(component, path).all().forEach(settings -> collect(settings, path, keys));
        continue;
      }
      String name = join(path, component.getName());
      keys.putIfAbsent(name, component);
      if (component.getType().isRecord()) {
        collect(component.getType(), name, keys);
      }
    }
  }

  /**
   * The keys that are allowed in a section.
   *
   * @param type the section's record
   * @param path dotted name of the section
   * @return their names, including those of all methods
   */
  List<String> names(Class<?> type, String path) {
    Set<String> names = new LinkedHashSet<>();
    for (RecordComponent component : type.getRecordComponents()) {
      if (isSettings(component)) {
        choicesFor(component, path).all().forEach(settings -> names.addAll(names(settings)));
      } else {
        names.add(component.getName());
      }
    }
    return List.copyOf(names);
  }

  /** The methods that can be chosen in the component's section. */
  Choices choicesFor(RecordComponent component, String path) {
    return choices.getOrDefault(join(path, key(component).settingsOf()), Choices.ANY);
  }

  /** Whether a component holds the settings of a method. */
  static boolean isSettings(RecordComponent component) {
    return !key(component).settingsOf().isEmpty();
  }

  /** The names of the components of a record. */
  static List<String> names(Class<?> type) {
    return Stream.of(type.getRecordComponents()).map(RecordComponent::getName).toList();
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
