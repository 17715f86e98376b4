package org.tributary.config;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The names that are allowed as the value of a key, and for each name the record of its own keys.
 */
public final class Choices {
  /** No known names: any name is allowed and has no keys. */
  static final Choices ANY = new Choices(Map.of());

  private final Map<String, Class<? extends Record>> settings;

  private Choices(Map<String, Class<? extends Record>> settings) {
    this.settings = settings;
  }

  /**
   * Names without keys.
   *
   * @param names the allowed names
   * @return the choices
   */
  public static Choices of(Collection<String> names) {
    Map<String, Class<? extends Record>> settings = new LinkedHashMap<>();
    names.forEach(name -> settings.put(name, NoSettings.class));
    return new Choices(settings);
  }

  /**
   * Methods with their keys.
   *
   * @param methods the allowed methods
   * @return the choices
   */
  public static Choices ofMethods(Collection<? extends Method<?>> methods) {
    Map<String, Class<? extends Record>> settings = new LinkedHashMap<>();
    methods.forEach(method -> settings.put(method.name(), method.settings()));
    return new Choices(settings);
  }

  /** The names, sorted. */
  List<String> names() {
    return List.copyOf(settings.keySet());
  }

  /** The record of the keys of a name; for an unknown name a record without keys. */
  Class<? extends Record> settings(String name) {
    return settings.getOrDefault(name, NoSettings.class);
  }

  /** The records of all names, each once. */
  Collection<Class<? extends Record>> all() {
    return settings.values().stream().distinct().toList();
  }

  /** The names that have a key. */
  List<String> readers(String key) {
    List<String> readers = new ArrayList<>();
    settings.forEach(
        (name, type) -> {
          if (ConfigSchema.names(type).contains(key)) {
            readers.add(name);
          }
        });
    return readers;
  }
}
