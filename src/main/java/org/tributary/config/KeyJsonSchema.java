package org.tributary.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A JSON Schema (draft 7) of a configuration file. Each key has the type, bounds and choices that
 * {@link YamlValues} checks. The keys of methods are properties of their section; a condition for
 * each method refuses the keys of the others.
 *
 * @param catalog the keys of the file
 */
record KeyJsonSchema(KeyCatalog catalog) {
  private static final String DRAFT = "http://json-schema.org/draft-07/schema#";

  /** A text with a character that is no space. */
  private static final String SOME_TEXT = "\\S";

  /** Lists within lists whose values the schema describes; the reader takes deeper ones. */
  private static final int LISTS = 2;

  /** The largest whole number among plain values: 18 digits. */
  private static final long MOST = 999_999_999_999_999_999L;

  /** The schema of the whole file. */
  Map<String, Object> of(String title, String about) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("$schema", DRAFT);
    schema.put("title", title);
    schema.put("description", about);
    schema.putAll(section(""));
    return schema;
  }

  /** The schema of a section's keys. */
  private Map<String, Object> section(String path) {
    Map<String, Object> properties = new LinkedHashMap<>();
    Set<String> required = new LinkedHashSet<>();
    Optional<KeyEntry> decider = decider(path);
    for (KeyEntry entry : catalog.in(path)) {
      String name = ConfigSchema.last(entry.name());
      properties.putIfAbsent(name, described(entry));
      if (entry.key().required() && (decider.isEmpty() || entry.readers().only().isEmpty())) {
        required.add(name);
      }
    }
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", "object");
    schema.put("additionalProperties", false);
    if (!required.isEmpty()) {
      schema.put("required", List.copyOf(required));
    }
    schema.put("properties", properties);
    List<Object> conditions = decider.map(d -> conditions(path, d)).orElse(List.of());
    if (!conditions.isEmpty()) {
      schema.put("allOf", conditions);
    }
    return schema;
  }

  /** The key that names the method whose keys a section has. */
  private Optional<KeyEntry> decider(String path) {
    return catalog.in(path).stream()
        .filter(e -> !e.readers().choices().isEmpty() && e.key().required())
        .findFirst();
  }

  /** For each method that the section can name, the keys that it has and has not. */
  private List<Object> conditions(String path, KeyEntry decider) {
    List<Object> conditions = new ArrayList<>();
    List<KeyEntry> own =
        catalog.in(path).stream().filter(e -> !e.readers().only().isEmpty()).toList();
    if (own.isEmpty()) {
      return conditions;
    }
    String name = ConfigSchema.last(decider.name());
    for (String method : decider.readers().choices()) {
      Map<String, Object> condition = new LinkedHashMap<>();
      // Not Map.of, whose order differs from JVM to JVM.
      Map<String, Object> named = new LinkedHashMap<>();
      named.put("properties", Map.of(name, Map.of("const", method)));
      named.put("required", List.of(name));
      condition.put("if", named);
      condition.put("then", keysOf(method, own));
      conditions.add(condition);
    }
    return conditions;
  }

  private Map<String, Object> keysOf(String method, List<KeyEntry> own) {
    Map<String, Object> properties = new LinkedHashMap<>();
    List<String> required = new ArrayList<>();
    own.forEach(entry -> properties.put(ConfigSchema.last(entry.name()), false));
    for (KeyEntry entry : own) {
      if (entry.readers().only().contains(method)) {
        properties.put(ConfigSchema.last(entry.name()), described(entry));
        if (entry.key().required()) {
          required.add(ConfigSchema.last(entry.name()));
        }
      }
    }
    Map<String, Object> then = new LinkedHashMap<>();
    then.put("properties", properties);
    if (!required.isEmpty()) {
      then.put("required", required);
    }
    return then;
  }

  private Map<String, Object> described(KeyEntry entry) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("description", entry.key().value());
    if (entry.byDefault() != null) {
      schema.put("default", plain(entry, entry.byDefault()));
    }
    if (!entry.isSection()) {
      schema.put("examples", List.of(plain(entry, entry.example())));
    }
    Map<String, Object> value = entry.isSection() ? section(entry.name()) : value(entry);
    boolean none = entry.isSection() ? entry.key().optional() : mayBeNull(entry);
    if (none) {
      List<Object> either = new ArrayList<>(List.of(value, Map.of("type", "null")));
      if (entry.isSection()) {
        either.add(Map.of("const", YamlNodes.NONE));
      }
      schema.put("anyOf", either);
    } else {
      schema.putAll(value);
    }
    return schema;
  }

  /** A value of a key, from YAML to what a JSON writer takes. */
  private static Object plain(KeyEntry entry, String yaml) {
    try {
      Object value = YamlValues.read(entry.type(), entry.key(), YamlTree.parse(yaml));
      if (entry.key().size()) {
        return YamlNumbers.size((Long) value);
      } else if (entry.key().oneOrMore() && ((List<?>) value).size() == 1) {
        return ((List<?>) value).get(0);
      } else if (entry.key().numbers() && value instanceof List<?> numbers) {
        return numbers.stream().map(EffectiveConfig::number).toList();
      } else if (entry.key().numbers()) {
        return EffectiveConfig.lists((Map<?, ?>) value, true);
      }
      return value;
    } catch (WrongValue e) {
      throw new IllegalStateException(entry.name() + ": its own " + yaml + " is refused", e);
    }
  }

  private static boolean mayBeNull(KeyEntry entry) {
    return !entry.key().required() && entry.byDefault() == null;
  }

  /** The schema of a value that is not null. */
  static Map<String, Object> value(KeyEntry entry) {
    Key key = entry.key();
    Class<?> type = entry.type();
    if (type == String.class) {
      return text(entry);
    } else if (type == boolean.class || type == Boolean.class) {
      return schema("boolean");
    } else if (type == int.class || type == Integer.class) {
      Map<String, Object> whole = bounded("integer", key);
      whole.putIfAbsent("maximum", Integer.MAX_VALUE);
      whole.putIfAbsent("minimum", Integer.MIN_VALUE);
      return whole;
    } else if (key.size()) {
      Map<String, Object> size = schema(List.of("string", "integer"));
      size.put("pattern", "^" + YamlNumbers.SIZE.pattern() + "$");
      size.put("minimum", 0);
      return size;
    } else if (type == long.class || type == Long.class) {
      return bounded("integer", key);
    } else if (type == double.class || type == Double.class) {
      return bounded("number", key);
    } else if (type == List.class) {
      return key.oneOrMore() ? Map.of("anyOf", List.of(someText(), list(key))) : list(key);
    } else if (type == Map.class) {
      return map(key);
    }
    throw new IllegalStateException("no schema for " + type.getName());
  }

  private static Map<String, Object> text(KeyEntry entry) {
    Map<String, Object> text = schema("string");
    if (!entry.key().orOther().isEmpty()) {
      Map<String, Object> known = Map.of("enum", entry.readers().choices());
      text.put("anyOf", List.of(known, Map.of("pattern", SOME_TEXT)));
    } else if (!entry.readers().choices().isEmpty()) {
      text.put("enum", entry.readers().choices());
    } else if (entry.key().oneOf().length > 0) {
      text.put("enum", List.of(entry.key().oneOf()));
    } else if (!entry.key().pattern().isEmpty()) {
      text.put("pattern", "^(" + entry.key().pattern() + ")$");
    } else {
      text.put("pattern", SOME_TEXT);
    }
    return text;
  }

  private static Map<String, Object> list(Key key) {
    Map<String, Object> entry;
    if (key.counts()) {
      entry = schema("integer");
      entry.put("minimum", 1);
      entry.put("maximum", 999_999_999);
    } else if (key.numbers()) {
      entry = schema("number");
    } else {
      entry = someText();
    }
    Map<String, Object> list = schema("array");
    list.put("items", entry);
    if (key.min() > 0) {
      list.put("minItems", (long) key.min());
    }
    if (key.max() < Double.POSITIVE_INFINITY) {
      list.put("maxItems", (long) key.max());
    }
    return list;
  }

  private static Map<String, Object> someText() {
    Map<String, Object> text = schema("string");
    text.put("pattern", SOME_TEXT);
    return text;
  }

  private static Map<String, Object> map(Key key) {
    Map<String, Object> map = schema("object");
    if (key.scalars()) {
      map.put("additionalProperties", plain(LISTS));
    } else {
      map.put("additionalProperties", list(key));
    }
    return map;
  }

  /** A text, a whole number of at most 18 digits, a truth value, or a list of them. */
  private static Map<String, Object> plain(int lists) {
    Map<String, Object> plain = schema(List.of("string", "integer", "boolean", "array"));
    plain.put("minimum", -MOST);
    plain.put("maximum", MOST);
    if (lists > 0) {
      plain.put("items", plain(lists - 1));
    }
    return plain;
  }

  private static Map<String, Object> bounded(String type, Key key) {
    Map<String, Object> schema = schema(type);
    put(schema, "minimum", key.min());
    put(schema, "exclusiveMinimum", key.above());
    put(schema, "maximum", key.max());
    put(schema, "exclusiveMaximum", key.below());
    return schema;
  }

  private static void put(Map<String, Object> schema, String word, double bound) {
    if (!Double.isInfinite(bound)) {
      schema.put(word, bound == Math.rint(bound) ? (Object) (long) bound : bound);
    }
  }

  private static Map<String, Object> schema(Object type) {
    Map<String, Object> schema = new LinkedHashMap<>();
    schema.put("type", type);
    return schema;
  }
}
